// Coming and going: an account of one's own, signing out, and pages that ask who is there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test("whoever registers is told what is wrong, gets in, and gets out again", async () => {
  const page = await visit(browser);
  const name = `nora${Date.now()}`;
  await page.goto("/register");
  await page.getByLabel("Full name").fill("Nora New");
  await page.getByLabel("Username").fill("with blank");
  await page.getByLabel("E-mail").fill(`${name}@customer.example`);
  await page.getByLabel("Password").fill("short");
  await page.getByRole("button", { name: "Make an account" }).click();
  await page.getByText("Password must have at least 10 characters").waitFor();
  await page.getByText("Username must have 2 to 60 letters").waitFor();
  await assertAccessible(page, "a refused registration");

  await page.getByLabel("Username").fill(name);
  await page.getByLabel("Password").fill("long-enough-2026");
  await page.getByRole("button", { name: "Make an account" }).click();
  await page.getByRole("heading", { level: 1, name: /Nora/ }).waitFor();

  await page.getByRole("button", { name: /account and theme/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  assert.equal(await page.evaluate(() => sessionStorage.getItem("leadhouse.session")), null);
  page.assertQuiet();
  await page.context().close();
});

test("a page asks a stranger to sign in and remembers where they wanted to go", async () => {
  const page = await visit(browser);
  await page.goto("/leads?sort=-score");
  await page.waitForURL(`**/sign-in?back=${encodeURIComponent("/leads?sort=-score")}`);
  await assertAccessible(page, "the sign-in page");
  await page.context().close();
});
