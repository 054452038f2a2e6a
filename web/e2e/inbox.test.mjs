// What a person hears of: notifications as they come, and the choice of inbox and mail per kind.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, assertFocus, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let manager;
let rep;

before(async () => {
  browser = await launch();
  manager = await client("manager");
  rep = await client("rep");
});

after(() => browser?.close());

const choiceOf = async (kind) =>
  (await rep.get("/api/notifications/preferences")).items.find((preference) => preference.kind === kind);

test("an assigned task is told, read, and leads to its record", async () => {
  const task = await manager.post("/api/tasks", { name: `Call back ${Date.now().toString(36)}` });
  const page = await visit(browser);
  await signIn(page, "rep");
  await open(page, "/inbox");
  await manager.post(`/api/tasks/${task.id}/assign`, { assigned_user: rep.user.id });
  const line = page.locator("#page").getByRole("link").filter({ hasText: task.name }).first();
  await line.waitFor();
  await settled(page);
  await assertAccessible(page, "the inbox");
  await screenshot(page, "inbox");
  await line.click();
  await page.waitForURL(`**/tasks/${task.id}`);
  page.assertQuiet();
  await page.context().close();
});

test("mail is chosen per kind, by keyboard too, and kept", async () => {
  const before = await choiceOf("mention");
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "rep");
  await open(page, "/inbox");
  const opener = page.getByRole("button", { name: "What you hear of" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "What you hear of" });
  const mail = dialog.getByRole("combobox", { name: "Mentions: mail" });
  await mail.focus();
  const wanted = before.mail === "daily" ? "off" : "daily";
  await mail.selectOption(wanted);
  await eventually(async () => (await choiceOf("mention")).mail === wanted, "keeping the choice");
  await assertAccessible(page, "the choice of notifications");
  await screenshot(page, "inbox-choices-phone");
  await page.keyboard.press("Escape");
  await assertFocus(opener, "the button that opened the dialog");
  await opener.click();
  assert.equal(await mail.inputValue(), wanted);
  await mail.selectOption(before.mail);
  await eventually(async () => (await choiceOf("mention")).mail === before.mail, "the choice of before");
  page.assertQuiet();
  await page.context().close();
});
