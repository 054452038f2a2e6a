// Asks the server directly, to prepare a journey and to check what it left behind.
import assert from "node:assert/strict";
import { loginOf, url } from "./browser.mjs";

/** A signed-in client: `await client("rep")` then `get(path)`, `post(path, body)`. */
export async function client(role) {
  const login = await call("POST", "/api/auth/login", loginOf(role));
  const asked = (method) => (path, body) => call(method, path, body, login.token);
  return {
    user: login.user,
    token: login.token,
    get: asked("GET"),
    post: asked("POST"),
    patch: asked("PATCH"),
    delete: asked("DELETE"),
  };
}

async function call(method, path, body, token) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  const init = { method, headers };
  if (body !== undefined) init.body = JSON.stringify(body);
  const response = await fetch(url + path, init);
  const text = await response.text();
  assert.ok(response.ok, `${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
  return text === "" ? null : JSON.parse(text);
}

/** Waits until `ask` answers something true, at most `limitMs`. */
export async function eventually(ask, what, limitMs = 10_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    assert.ok(Date.now() < end, `${what} did not happen within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
