// The administrator's questions: who changed this, is the log what it was, and who tried to get in.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, loginOf, open, PHONE, screenshot, settled, signIn, url, visit } from "./browser.mjs";

let browser;
let manager;

before(async () => {
  browser = await launch();
  manager = await client("manager");
});

after(() => browser?.close());

async function audited(path, options) {
  const page = await visit(browser, options);
  await signIn(page, "admin");
  await open(page, path);
  return page;
}

test("a change is found with what it was and became, and the log is verified and exported", async () => {
  const lead = await manager.post("/api/leads", { name: "Audited Lead", company_name: "Before Ltd" });
  await manager.patch(`/api/leads/${lead.id}`, { company_name: "After Ltd" });
  const page = await audited(`/audit?record_id=${lead.id}`);
  const lines = page.locator("#page").getByRole("listitem").filter({ hasText: "Lead" });
  await lines.nth(1).waitFor();

  await page.getByRole("combobox", { name: "Action" }).selectOption("update");
  await lines.nth(1).waitFor({ state: "detached" });
  await lines.first().getByText("Company name").first().click();
  await lines.first().getByText("Before Ltd").waitFor();
  await lines.first().getByText("After Ltd").waitFor();
  assert.match(await lines.first().innerText(), /Mia Manager|mia/);
  await page.getByRole("combobox", { name: "About" }).selectOption({ label: "Leads" });
  assert.match(page.url(), /action=update/);
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  const file = await readFile(await (await coming).path(), "utf8");
  assert.match(file, new RegExp(lead.id));

  await page.getByRole("button", { name: "Of one record only" }).click();
  await page.getByRole("combobox", { name: "Action" }).selectOption("");
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText(/^Intact: /).waitFor();
  await lines.filter({ hasText: "Update" }).filter({ hasText: "Company name" }).first().locator("summary").click();
  await page.getByText("After Ltd").first().waitFor();
  await settled(page);
  await assertAccessible(page, "the audit log");
  await screenshot(page, "audit");
  page.assertQuiet();
  await page.context().close();
});

test("refused sign-ins are told with their address", async () => {
  const { username } = loginOf("executive");
  const body = JSON.stringify({ username, password: "certainly not it" });
  const headers = { "content-type": "application/json" };
  const refused = await fetch(`${url}/api/auth/login`, { method: "POST", headers, body });
  assert.equal(refused.status, 401);
  const page = await audited("/audit");
  await page.getByRole("radio", { name: "Security" }).click();
  await page.getByRole("region", { name: "Unusual within the last week" }).waitFor();
  await page.getByRole("combobox", { name: "Event" }).selectOption("login_failed");
  await page.getByRole("textbox", { name: "Who" }).fill(username);

  const events = page.locator("#page li").filter({ hasText: "Login failed" });
  await eventually(async () => (await events.count()) > 0, "the refused sign-in on the page");
  await events.filter({ hasText: "127.0.0.1" }).first().waitFor();
  await settled(page);
  await assertAccessible(page, "security events");
  await screenshot(page, "audit-security");
  page.assertQuiet();
  await page.context().close();
});

test("the audit fits a phone, in the dark, and others are told that it is not for them", async () => {
  const page = await audited("/audit", { viewport: PHONE, theme: "dark" });
  await page.locator("#page details").first().waitFor();
  await settled(page);
  await assertAccessible(page, "the audit on a phone");
  await screenshot(page, "audit-phone");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "the page does not scroll sideways");
  page.assertQuiet();
  await page.context().close();

  const rep = await visit(browser);
  await signIn(rep, "rep");
  await open(rep, "/audit");
  await rep.getByText("Only administrators read the audit log.").waitFor();
  await rep.context().close();
});
