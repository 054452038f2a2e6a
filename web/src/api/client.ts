/** The typed client (`api.GET("/api/reports")`) and `request` for addresses known only at run time. */
import createClient from "openapi-fetch";
import type { paths } from "./__generated__/schema.ts";
import { notReached, reached } from "./connection.ts";
import { csrfToken, CSRF_HEADER } from "./cookies.ts";
import { asProblem, Problem, problemOf } from "./problem.ts";
import { keepFresh, renewSession } from "./renewal.ts";
import { endSession, session } from "./session.ts";

const SAFE = ["GET", "HEAD", "OPTIONS"];

/**
 * Every request of the application: the cookies of the session, problems as exceptions. An answer 401
 * is met with a fresh access token and a second try; when there is none to be had, the session is over.
 */
export async function send(input: Request | string, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  await keepFresh();
  const asked = session();
  // A body can be sent once; a second try needs one of its own.
  const again = asked ? request.clone() : undefined;
  let response = await reach(request);
  if (response.status === 401 && asked && again) {
    if (await renewSession()) response = await reach(again);
    if (response.status === 401 && session() !== null) endSession("expired");
  }
  if (response.ok) return response;
  throw await problemOf(response);
}

/** What a request carries besides its cookies: that it comes from this page, and through whose eyes it looks. */
export function sessionHeaders(method: string): [name: string, value: string][] {
  const headers: [string, string][] = [];
  const csrf = csrfToken();
  if (csrf && !SAFE.includes(method)) headers.push([CSRF_HEADER, csrf]);
  const { self, user } = session() ?? {};
  if (self && user) headers.push(["x-leadhouse-as", user.id]);
  return headers;
}

async function reach(request: Request): Promise<Response> {
  for (const [name, value] of sessionHeaders(request.method)) request.headers.set(name, value);
  let response: Response;
  try {
    response = await fetch(request);
  } catch (thrown) {
    if (request.signal.aborted) throw thrown;
    notReached();
    throw asProblem(thrown);
  }
  if (response.status !== 502 && response.status !== 504) reached();
  return response;
}

/** Typed by the server's own description. Failures throw `Problem`, so `data` is what a success answers. */
export const api = createClient<paths>({ baseUrl: "", fetch: send });

/** What a call of `api` answered; failures were thrown already. */
export async function answered<T>(call: Promise<{ data?: T }>): Promise<T> {
  const { data } = await call;
  if (data === undefined) throw new Problem(500, { detail: "The server answered without a body." });
  return data;
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** Sends JSON to an address that is put together at run time, such as `/api/${table}`. */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { value } = await requestWithHeaders<T>(path, options);
  return value;
}

export async function requestWithHeaders<T>(
  path: string,
  options: RequestOptions = {},
): Promise<{ value: T; headers: Headers }> {
  const response = await send(path, initOf(options));
  const text = await response.text();
  const value: T = text === "" ? undefined : JSON.parse(text);
  return { value, headers: response.headers };
}

/** Saves what the server answers under the name it gives, or under `name`. */
export async function download(path: string, name: string, options: RequestOptions = {}): Promise<void> {
  const response = await send(path, initOf(options));
  const given = /filename="?([^";]+)"?/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const url = URL.createObjectURL(await response.blob());
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = given ?? name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function initOf(options: RequestOptions): RequestInit {
  const headers = new Headers(options.headers);
  const init: RequestInit = { method: options.method ?? "GET", headers };
  if (options.signal) init.signal = options.signal;
  if (options.body !== undefined) {
    headers.set("content-type", "application/json");
    init.body = JSON.stringify(options.body);
  }
  return init;
}
