// Another system is to hear of changes: made with its secret, tried, looked into, switched off, deleted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client } from "./api.mjs";
import { assertAccessible, assertFocus, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let admin;

before(async () => {
  browser = await launch();
  admin = await client("admin");
});

after(async () => {
  const { items } = await admin.get("/api/webhooks");
  for (const { id, name } of items)
    if (name.startsWith("Warehouse (journey")) await admin.delete(`/api/webhooks/${id}`);
  await browser?.close();
});

async function webhooks(options) {
  const page = await visit(browser, options);
  await signIn(page, "admin");
  await open(page, "/settings/webhooks");
  await settled(page);
  return page;
}

/** A name that nobody may own (RFC 2606), so that no call leaves for anywhere. */
const NOWHERE = "https://warehouse.invalid/hook";

test("a webhook is made, told apart from the inside of our network, tried, switched off and deleted", async () => {
  const page = await webhooks();
  const name = "Warehouse (journey)";
  const add = page.getByRole("button", { name: "New webhook" }).first();
  await add.click();
  const dialog = page.getByRole("dialog", { name: "New webhook" });
  await page.keyboard.press("Escape");
  await assertFocus(add, "the button that opened the dialog");
  await add.click();
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("URL").fill("https://127.0.0.1/hook");
  await dialog.getByRole("checkbox", { name: "Leads" }).check();
  await dialog.getByRole("button", { name: "Make webhook" }).click();
  await dialog.getByText(/must not lead into a private network/).waitFor();
  await assertAccessible(page, "a refused webhook");
  await screenshot(page, "webhook-refused");
  await dialog.getByLabel("URL").fill(NOWHERE);
  await dialog.getByRole("button", { name: "Make webhook" }).click();

  const shown = page.getByRole("dialog", { name: "The secret of the webhook" });
  assert.match(await shown.getByLabel("Secret").inputValue(), /^whsec_/);
  await shown.getByRole("button", { name: "Done" }).click();
  const line = page.getByRole("listitem").filter({ hasText: name });
  await line.getByText(NOWHERE).waitFor();
  assert.deepEqual((await admin.get("/api/webhooks")).items.find((hook) => hook.name === name).events, [
    "deal.*",
    "lead.*",
  ]);

  const more = line.getByRole("button", { name: `More for ${name}` });
  await more.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Send a test call" }).press("Enter");
  await page.getByText("A test call is on its way").waitFor();
  await line.getByRole("button", { name: "Deliveries" }).click();
  const log = page.getByRole("dialog", { name: `Deliveries of ${name}` });
  await log.getByText(/name is not known/).waitFor();
  await settled(page);
  await assertAccessible(page, "the log of a webhook");
  await screenshot(page, "webhook-deliveries");
  await page.keyboard.press("Escape");
  await assertFocus(line.getByRole("button", { name: "Deliveries" }), "the button that opened the log");

  await more.click();
  await page.getByRole("menuitem", { name: "Switch off" }).click();
  await line.getByText("Off", { exact: true }).waitFor();
  await page.getByText("A test call is on its way").waitFor({ state: "detached" });
  await more.blur();
  await settled(page);
  await assertAccessible(page, "the page of webhooks");
  await screenshot(page, "webhooks");
  await more.click();
  await page.getByRole("menuitem", { name: "Switch on" }).click();
  await line.getByText("Off", { exact: true }).waitFor({ state: "detached" });
  await more.click();
  await page.getByRole("menuitem", { name: "Delete webhook" }).click();
  await page
    .getByRole("dialog", { name: `Delete ${name}?` })
    .getByRole("button", { name: "Delete" })
    .click();
  await line.waitFor({ state: "detached" });
  page.assertQuiet();
  await page.context().close();
});

test("webhooks fit a phone, in the dark, and others are told that they are not for them", async () => {
  await admin.post("/api/webhooks", {
    name: "Warehouse (journey, phone)",
    url: NOWHERE,
    events: ["deal.*", "order.*"],
  });
  const page = await webhooks({ viewport: PHONE, theme: "dark" });
  await page.getByText("Warehouse (journey, phone)").waitFor();
  await assertAccessible(page, "webhooks on a phone");
  await screenshot(page, "webhooks-phone");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "the page does not scroll sideways");
  page.assertQuiet();
  await page.context().close();

  const rep = await visit(browser);
  await signIn(rep, "rep");
  await open(rep, "/settings/webhooks");
  await rep.getByText("Only administrators set up webhooks.").waitFor();
  await rep.context().close();
});
