import { expect, test } from "vitest";
import { csrfToken } from "./cookies.ts";

test("the readable cookie is found among others", () => {
  expect(csrfToken("theme=dark; leadhouse_csrf=abc; x=y")).toBe("abc");
  expect(csrfToken("__Secure-leadhouse_csrf=abc")).toBe("abc");
});

test.each(["", "leadhouse_csrf=", "not_leadhouse_csrf=abc"])("`%s` is no session", (cookies) => {
  expect(csrfToken(cookies)).toBeUndefined();
});
