// An administrator composes a role, gives it to a rep, looks through their eyes, and takes it back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client } from "./api.mjs";
import { assertAccessible, launch, loginOf, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test("a custom role is copied, changed, given, looked through and taken back", async () => {
  const page = await visit(browser);
  const admin = await client("admin");
  const name = `Field sales ${Date.now()}`;
  const people = await admin.get(`/api/users?filter[username]=${loginOf("rep").username}`);
  const rep = people.items[0];
  await signIn(page, "admin");

  await open(page, "/settings/roles/rep");
  await page.getByRole("button", { name: "New role" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Make role" }).click();
  await page.getByRole("region", { name }).waitFor();
  await page.getByText("Copied from Rep; 0 differences.").waitFor();

  await page.getByLabel("Read companies").selectOption("none");
  assert.equal(await page.getByLabel("Update companies").inputValue(), "none", "read takes the others along");
  await page.getByRole("button", { name: /field rules of deals/ }).click();
  await page.getByLabel("Amount of deals").selectOption("masked");
  await page.getByText("Not saved").waitFor();
  await settled(page);
  await assertAccessible(page, "the matrix of a role");
  await screenshot(page, "roles");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Not saved").waitFor({ state: "detached" });

  await open(page, `/users/${rep.id}`);
  await page.getByRole("button", { name: "Edit Role" }).click();
  await page.getByLabel("Role", { exact: true }).selectOption(name);
  await page.getByText(name).first().waitFor();

  await page.getByRole("button", { name: "Preview as" }).click();
  await page.getByText(/You see Leadhouse as/).waitFor();
  await page.getByRole("link", { name: "Leads" }).first().waitFor();
  assert.equal(await page.getByRole("link", { name: "Companies" }).count(), 0, "companies are left out");
  await open(page, "/deals");
  await settled(page);
  assert.equal(await page.getByRole("columnheader", { name: "Amount" }).count(), 0, "amounts are masked");
  await assertAccessible(page, "a preview");
  await screenshot(page, "preview");
  await page.getByRole("button", { name: /Back to/ }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  assert.equal(await page.getByText(/You see Leadhouse as/).count(), 0);

  await open(page, "/settings/roles");
  await page.getByRole("link", { name: new RegExp(name) }).click();
  await page.getByText("1 person has this role.").waitFor();
  await page.getByLabel("Read contacts").selectOption("all");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Change what 1 person may do?").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  page.assertQuiet();
  await page.context().close();

  await admin.patch(`/api/users/${rep.id}`, { role: "rep" });
  const roles = await admin.get(`/api/roles?filter[name]=${encodeURIComponent(name)}`);
  await admin.delete(`/api/roles/${roles.items[0].id}`);
});

test("the roles are readable on a phone and in the dark", async () => {
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "admin");
  await open(page, "/settings/roles/analyst");
  await page.getByText("A preset stays as it is").waitFor();
  await settled(page);
  await assertAccessible(page, "roles on a phone");
  await screenshot(page, "roles-phone-dark");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
  assert.equal(wide, false, "the page does not scroll sideways");
  page.assertQuiet();
  await page.context().close();
});
