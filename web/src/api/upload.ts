/** Sends a file and tells how far it is; `fetch` cannot. */
import { asProblem, Problem, type ProblemBody } from "./problem.ts";
import { session } from "./session.ts";

export interface UploadOptions {
  /** Called with the part that has been sent, 0 to 1. */
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

/** Sends a form; failures throw `Problem`. */
export function upload<T>(path: string, form: FormData, { onProgress, signal }: UploadOptions = {}): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "text";
    const token = session()?.token;
    if (token) request.setRequestHeader("authorization", `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress?.(loaded / total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(new Problem(request.status, problemBody(request)));
    };
    request.onerror = () => reject(asProblem(new TypeError("not reached")));
    request.onabort = () => reject(new DOMException("The upload was cancelled.", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

function problemBody(request: XMLHttpRequest): ProblemBody {
  try {
    const body: ProblemBody = JSON.parse(request.responseText);
    return body;
  } catch {
    // An answer of something in between, such as a proxy, says nothing more than its status.
    return {};
  }
}
