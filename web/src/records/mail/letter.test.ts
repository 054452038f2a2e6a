import { expect, test } from "vitest";
import { Problem } from "@/api/problem.ts";
import { faultsOf } from "./letter.ts";

const refused = (...pointers: string[]) =>
  new Problem(422, { errors: pointers.map((pointer) => ({ pointer, code: "invalid", message: `No ${pointer}` })) });

test("refusals are shown at the part that they concern", () => {
  expect(faultsOf(refused("/subject", "/text"))).toEqual({ subject: "No /subject", text: "No /text" });
});

test("what concerns no part is said at the top", () => {
  expect(faultsOf(refused("/email"))).toEqual({ top: "No /email" });
  expect(faultsOf(refused("/text", "/email"))).toEqual({ text: "No /text", top: "No /email" });
  expect(faultsOf(new Problem(403, { detail: "You may not." }))).toEqual({ top: "You may not." });
});

test("a server without mail is told in words of ours", () => {
  const { top } = faultsOf(new Problem(409, { type: "/problems/no_mail_server", detail: "Set LEADHOUSE_SMTP." }));

  expect(top).toMatch(/^Mail is not set up on this server/);
});
