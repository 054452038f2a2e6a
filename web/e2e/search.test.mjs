// Finding things: the palette, the page of results, groups of conditions, pick-lists, analytics.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let manager;
let word;
let company;
let contact;

before(async () => {
  browser = await launch();
  manager = await client("manager");
  word = `quartzite${Date.now()}`;
  company = await manager.post("/api/companies", { name: `${word} works`, country: "Chile", industry: "Mining" });
  contact = await manager.post("/api/contacts", { name: `Ines ${word}`, company_id: company.id, phone: "+1 555 0100" });
  await eventually(async () => (await manager.get(`/api/search?q=${word}`)).groups.length === 2);
});

after(() => browser?.close());

async function signedIn(role, options) {
  const page = await visit(browser, options);
  await signIn(page, role);
  return page;
}

test("the palette finds records as they are typed, and leads to all results", async () => {
  const page = await signedIn("manager");
  await page.getByRole("button", { name: /Search or do something/ }).click();
  await page.getByRole("combobox").fill(`ines ${word.slice(0, 14)}`);
  const found = page.getByRole("option", { name: contact.name });
  await found.waitFor();
  assert.equal(await found.locator("mark").first().textContent(), "Ines");
  await page.getByRole("combobox").fill(`#${word}`);
  await page.getByRole("option", { name: company.name }).waitFor();
  assert.equal(await page.getByRole("option", { name: contact.name }).count(), 0);
  await page.getByRole("combobox").fill(word);
  await page.getByRole("option", { name: "Show all results" }).click();
  await page.waitForURL(/\/search\?q=quartzite/);
  await page.getByRole("link", { name: contact.name }).waitFor();
  await settled(page);
  await assertAccessible(page, "the page of results");
  await screenshot(page, "search");
  await page.getByRole("link", { name: company.name }).click();
  await page.waitForURL(new RegExp(company.id));
  page.assertQuiet();
  await page.context().close();
});

test("groups of conditions reach linked records and stay in the address", async () => {
  const page = await signedIn("manager");
  await open(page, "/contacts");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: "Advanced filter…" }).click();
  const dialog = page.getByRole("dialog", { name: "Advanced filter" });
  await dialog.getByRole("button", { name: "Condition" }).click();
  await dialog.getByLabel("Field").selectOption({ value: "company.name" });
  await dialog.getByLabel("Company › Name: value").fill(word);
  await dialog.getByRole("button", { name: "Group" }).click();
  const condition = dialog.getByLabel("Field").nth(1);
  await condition.selectOption({ value: "created_at" });
  await dialog.getByLabel("Created: value: kind").selectOption("today");
  await dialog.getByRole("button", { name: "Condition" }).last().click();
  await dialog.getByLabel("Field").nth(2).selectOption({ value: "company.country" });
  await dialog.getByRole("button", { name: "Choose…" }).click();
  await page.getByRole("checkbox", { name: /^Chile/ }).check();
  await page.keyboard.press("Escape");
  await assertAccessible(page, "the builder of filters");
  await screenshot(page, "advanced-filter");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await page.getByRole("link", { name: contact.name }).waitFor();

  const tree = JSON.parse(new URL(page.url()).searchParams.get("filter"));
  assert.deepEqual(tree, {
    and: [
      { field: "company.name", operator: "contains", value: word },
      { field: "created_at", operator: "eq", value: { rel: "today" } },
      { field: "company.country", operator: "in", value: ["Chile"] },
    ],
  });
  await page.getByRole("button", { name: /Advanced filter 3 conditions/ }).waitFor();
  await page.getByRole("button", { name: "Remove the advanced filter" }).click();
  await page.waitForURL((url) => !url.searchParams.has("filter"));
  page.assertQuiet();
  await page.context().close();
});

test("countries are picked from those there are", async () => {
  const page = await signedIn("manager");
  await open(page, `/companies?q=${word}`);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("dialog", { name: "Add a filter" }).getByRole("button", { name: "Country" }).click();
  await page.getByLabel("Search the values of Country").fill("chi");
  await page.getByRole("checkbox", { name: /^Chile/ }).check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.waitForURL(/filter%5Bcountry%5D%5Bin%5D=Chile/);
  await page.getByRole("link", { name: company.name }).waitFor();
  page.assertQuiet();
  await page.context().close();
});

test("analytics of contacts and companies can be read on a desk and on a phone", async () => {
  const page = await signedIn("manager");
  await open(page, "/contacts");
  await page.locator("#page").getByRole("link", { name: "Analytics" }).click();
  await page.getByText("All contacts").waitFor();
  await settled(page);
  await assertAccessible(page, "analytics of contacts");
  await screenshot(page, "contact-analytics");
  await page.context().close();

  const phone = await signedIn("manager", { viewport: PHONE, theme: "dark" });
  await open(phone, "/companies/analytics");
  await phone.getByText("All companies").waitFor();
  await settled(phone);
  await assertAccessible(phone, "analytics of companies on a phone");
  await screenshot(phone, "company-analytics-phone");
  phone.assertQuiet();
  await phone.context().close();
});
