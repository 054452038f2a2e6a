/** Failures as the server tells them: RFC 9457 problems with a pointer per refused field. */

export interface RefusedField {
  /** JSON pointer into the body (`/amount`) or a parameter name. */
  pointer: string;
  code: string;
  message: string;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
  errors?: RefusedField[];
}

/** What every failed request throws. `status` 0 means that the server was not reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly instance: string | undefined;
  readonly refused: readonly RefusedField[];

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? fallbackDetail(status));
    this.name = "Problem";
    this.status = status;
    this.code = body.type?.split("/").pop() ?? `status_${status}`;
    this.title = body.title ?? fallbackTitle(status);
    this.instance = body.instance;
    this.refused = body.errors ?? [];
  }

  /** What is wrong with each field, by field name. */
  get fields(): Record<string, string> {
    const fields: Record<string, string> = {};
    for (const { pointer, message } of this.refused) {
      const name = pointer.replace(/^\//, "").split("/")[0] ?? "";
      fields[name] ??= message;
    }
    return fields;
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

/** Reads the problem out of an answer that is not a success. */
export async function problemOf(response: Response): Promise<Problem> {
  return new Problem(response.status, await bodyOf(response));
}

/** Whatever was thrown, as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError) {
    return new Problem(0, {
      title: "No connection",
      detail: "The server cannot be reached. Check your connection; we keep trying.",
    });
  }
  return new Problem(500, { detail: thrown instanceof Error ? thrown.message : "Something unexpected happened." });
}

async function bodyOf(response: Response): Promise<ProblemBody> {
  if (!(response.headers.get("content-type") ?? "").includes("json")) return {};
  try {
    const body: ProblemBody = await response.json();
    return body;
  } catch {
    // An answer cut short says nothing more than its status.
    return {};
  }
}

function fallbackTitle(status: number): string {
  if (status === 401) return "You are not signed in";
  if (status === 403) return "You may not do this";
  if (status === 404) return "There is no such thing";
  if (status === 412) return "It has changed meanwhile";
  return "Something went wrong";
}

function fallbackDetail(status: number): string {
  if (status === 502 || status === 503 || status === 504)
    return "The server cannot answer right now; try again in a moment.";
  if (status === 404) return "It may have been deleted, or you may not see it.";
  return `The server answered with status ${status}.`;
}
