import { useState } from "react";
import { asProblem } from "@/api/problem.ts";
import { upload } from "@/api/upload.ts";
import { refreshDocuments } from "./documents.ts";

export interface Upload {
  key: string;
  name: string;
  /** 0 to 1. */
  part: number;
  /** Why it failed. */
  failed?: string;
  cancel: () => void;
}

let counter = 0;

/** Files on their way to one address; each goes by itself, so one failure stops no other. */
export function useUploads(path: string) {
  const [uploads, setUploads] = useState<Upload[]>([]);
  const forget = (key: string) => setUploads((all) => all.filter((upload) => upload.key !== key));
  const change = (key: string, part: Partial<Upload>) =>
    setUploads((all) => all.map((upload) => (upload.key === key ? { ...upload, ...part } : upload)));
  const start = async (file: File) => {
    const key = `${++counter}`;
    const stop = new AbortController();
    setUploads((all) => [...all, { key, name: file.name, part: 0, cancel: () => stop.abort() }]);
    const form = new FormData();
    form.append("file", file);
    try {
      await upload(path, form, { signal: stop.signal, onProgress: (part) => change(key, { part }) });
      await refreshDocuments();
      forget(key);
    } catch (thrown) {
      if (stop.signal.aborted) forget(key);
      else {
        const problem = asProblem(thrown);
        const failed = problem.refused.map(({ message }) => message).join(". ") || problem.message;
        change(key, { failed, cancel: () => forget(key) });
      }
    }
  };
  return { uploads, add: (files: Iterable<File>) => Promise.all([...files].map(start)) };
}
