/** Sends a file and tells how far it is; `fetch` cannot. */
import { sessionHeaders } from "./client.ts";
import { asProblem, Problem, type ProblemBody } from "./problem.ts";
import { keepFresh } from "./renewal.ts";

export interface UploadOptions {
  /** Called with the part that has been sent, 0 to 1. */
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

/** Sends a form; failures throw `Problem`. */
export async function upload<T>(path: string, form: FormData, { onProgress, signal }: UploadOptions = {}): Promise<T> {
  await keepFresh();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "text";
    for (const [name, value] of sessionHeaders("POST")) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress?.(loaded / total);
    });
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(new Problem(request.status, problemBody(request)));
    });
    request.addEventListener("error", () => reject(asProblem(new TypeError("not reached"))));
    request.addEventListener("abort", () => reject(new DOMException("The upload was cancelled.", "AbortError")));
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
