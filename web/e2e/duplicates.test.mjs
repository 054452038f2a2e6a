// One company, made twice: found, laid side by side, made one, and taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, assertFocus, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let manager;

before(async () => {
  browser = await launch();
  manager = await client("manager");
});

after(() => browser?.close());

/** The same person twice, with a task that belongs to the second one. */
async function twice() {
  const email = `ada@lovell-${Date.now().toString(36)}.example`;
  const older = await manager.post("/api/contacts", { name: "Ada Lovell", email, country: "Chile" });
  const newer = await manager.post("/api/contacts", { name: "A. Lovell", email, country: "Peru", city: "Lima" });
  const task = await manager.post("/api/tasks", { name: "Call Ada back", contact_id: newer.id });
  return { email, older, newer, task };
}

/** The line of a pair on the page. */
const pairOf = (page, email) => page.locator("#page").getByRole("listitem").filter({ hasText: email }).first();

test("duplicates are found, merged field by field, and come apart again", async () => {
  const { email, older, newer, task } = await twice();
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, "/contacts/duplicates");
  const pair = pairOf(page, email);
  await pair.getByText("Same e-mail").waitFor();
  await settled(page);
  await assertAccessible(page, "the page of duplicates");
  await screenshot(page, "duplicates");

  const verb = pair.getByRole("button", { name: "Merge" });
  await verb.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Merge 2 contacts" });
  await dialog.getByRole("radio", { name: older.name, exact: true }).check();
  await dialog.getByRole("radio", { name: `Country of ${newer.name}` }).check();
  assert.ok(await dialog.getByRole("radio", { name: `City of ${newer.name}` }).isChecked(), "an empty field is filled");
  await dialog.getByText("Tasks: 1").waitFor();
  await assertAccessible(page, "the merge of two contacts");
  await screenshot(page, "merge");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await assertFocus(verb, "the verb that opened the dialog");

  await verb.click();
  await dialog.getByRole("radio", { name: older.name, exact: true }).check();
  await dialog.getByRole("radio", { name: `Country of ${newer.name}` }).check();
  await dialog.getByRole("button", { name: `Merge into “${older.name}”` }).click();
  await dialog.waitFor({ state: "detached" });
  await pair.waitFor({ state: "detached" });
  const kept = await manager.get(`/api/contacts/${older.id}`);
  assert.deepEqual([kept.country, kept.city], ["Peru", "Lima"]);
  assert.equal((await manager.get(`/api/tasks/${task.id}`)).contact_id, older.id);

  await page.getByRole("button", { name: "Undo" }).first().click();
  await eventually(async () => {
    const [first, moved] = await Promise.all([
      manager.get(`/api/contacts/${older.id}`),
      manager.get(`/api/tasks/${task.id}`),
    ]);
    return first.country === "Chile" && moved.contact_id === newer.id;
  }, "taking the merge back");
  page.assertQuiet();
  await page.context().close();
});

test("the merge fits a phone, in the dark", async () => {
  const { email } = await twice();
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "manager");
  await open(page, "/contacts/duplicates");
  await pairOf(page, email).getByRole("button", { name: "Merge" }).click();
  const dialog = page.getByRole("dialog", { name: "Merge 2 contacts" });
  await dialog.getByText("Linked records").waitFor();
  await settled(page);
  await assertAccessible(page, "the merge on a phone");
  await screenshot(page, "merge-phone");
  const box = await dialog.boundingBox();
  assert.ok(box.x >= 0 && box.x + box.width <= PHONE.width, JSON.stringify(box));
  page.assertQuiet();
  await page.context().close();
});
