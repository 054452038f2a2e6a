// Coming and going: an account of one's own, signing out, and pages that ask who is there.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { assertAccessible, launch, screenshot, settled, signIn, url, visit } from "./browser.mjs";

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
  await screenshot(page, "sign-in");
  await page.context().close();
});

test("people see where they are signed in, end that, and make keys for programs", async () => {
  const page = await visit(browser);
  await signIn(page, "support");
  const other = await visit(browser);
  await signIn(other, "support");
  await page.getByRole("button", { name: /account and theme/ }).click();
  await page.getByRole("menuitem", { name: "Your account" }).click();
  await page.getByText("This one").waitFor();
  await settled(page);
  await assertAccessible(page, "the account page");
  await screenshot(page, "account");
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByText("Signed out everywhere else").first().waitFor();
  await other.reload();
  await other.getByText("Your session has expired").waitFor();

  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("What it is for").fill("nightly export");
  await page.getByRole("button", { name: "Make the key" }).click();
  const key = await page.getByText(/^lh_/).textContent();
  const me = await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(me.status, 200);
  await page.getByRole("button", { name: "I have kept it" }).click();
  await page.getByRole("button", { name: "Revoke" }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Key revoked").first().waitFor();
  const refused = await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(refused.status, 401);
  page.assertQuiet();
  await page.context().close();
  await other.context().close();
});

test("a second factor is set up with an app, asked for, and replaced by a recovery code", async () => {
  const page = await visit(browser);
  const name = `fred${Date.now()}`;
  const password = "seven-green-bottles";
  await page.goto("/register");
  await page.getByLabel("Username").fill(name);
  await page.getByLabel("E-mail").fill(`${name}@customer.example`);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Make an account" }).click();
  await page.locator("nav[aria-label=Main]").waitFor({ state: "attached" });
  await page.goto("/account");
  await page.getByRole("button", { name: "Set it up" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Current password").fill(password);
  await dialog.getByRole("button", { name: "Go on" }).click();
  await dialog.getByAltText("QR code for the app").waitFor();
  const secret = await dialog.locator("code").textContent();
  await dialog.getByLabel("Code of the app").fill(codeOf(secret));
  await screenshot(page, "second-factor");
  await dialog.getByRole("button", { name: "Switch it on" }).click();
  const recovery = await dialog.getByRole("listitem").first().textContent();
  await dialog.getByRole("button", { name: "I have kept them" }).click();
  await page.getByRole("button", { name: "Switch it off" }).waitFor();

  await page.getByRole("button", { name: /account and theme/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByLabel("Username or e-mail").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByLabel("Code").fill("000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("The code does not count").waitFor();
  await page.getByLabel("Code").fill(recovery);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("nav[aria-label=Main]").waitFor({ state: "attached" });
  await page.context().close();
});

/** The code that an app shows now (RFC 6238): SHA-1, six digits, thirty seconds. */
function codeOf(base32) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...base32].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", key).update(step).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
