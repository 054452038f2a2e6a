import { FileUp } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { asProblem } from "@/api/problem.ts";
import { Button } from "@/ui/Button.tsx";
import { classes } from "@/ui/classes.ts";
import css from "./Imports.module.css";
import { type ImportFile, uploadFile } from "./importApi.ts";

/** Takes the file in, chosen or dropped. */
export function UploadStep({ object, onUploaded }: { object: ObjectDef; onUploaded: (file: ImportFile) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const take = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    setProblem(null);
    try {
      onUploaded(await uploadFile(object.table, file));
    } catch (thrown) {
      setProblem(asProblem(thrown).message);
    } finally {
      setBusy(false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={classes(css.drop, over && css.over)}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileUp size={30} aria-hidden />
      <p>Drop a CSV or XLSX file here. Its first line names the columns.</p>
      <Button variant="primary" busy={busy} onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      <input
        ref={input}
        type="file"
        aria-label="File to import"
        className="visually-hidden"
        tabIndex={-1}
        accept=".csv,.tsv,.txt,.xlsx,.xlsm"
        onChange={(event) => void take(event.target.files?.[0])}
      />
      {problem && (
        <p role="alert" className={css.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}
