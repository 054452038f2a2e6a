// An administrator adds an object and a field, everybody has them at once, and both go again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test("an object and a field are added, used, counted and deleted", async () => {
  const page = await visit(browser);
  const admin = await client("admin");
  await signIn(page, "admin");

  await open(page, "/settings/data-model");
  await page.getByRole("heading", { name: "Leads" }).waitFor();
  await settled(page);
  await assertAccessible(page, "the data model");
  await page.getByRole("button", { name: "New object" }).click();
  await page.getByLabel("One is called").fill("Venue");
  await page.getByLabel("Many are called").fill("Venues");
  await page.getByRole("button", { name: "Add object" }).click();
  await page.getByRole("region", { name: "Venues" }).waitFor();

  await page.getByRole("button", { name: "Add field" }).click();
  await page.getByLabel("Label").fill("Seats");
  await page.getByLabel("Holds").selectOption("integer");
  await screenshot(page, "data-model-field");
  await assertAccessible(page, "a new field");
  await page.getByRole("dialog").getByRole("button", { name: "Add field" }).click();
  await page.getByRole("rowheader", { name: "Seats" }).waitFor();
  const { items } = await admin.get("/api/catalog/objects");
  const { table } = items.at(-1);

  await open(page, `/${table}/new`);
  await page.getByLabel("Name").fill("Town hall");
  await page.getByLabel("Seats").fill("350");
  await page
    .getByRole("button", { name: /Create|Save/ })
    .first()
    .click();
  await page.getByRole("heading", { name: "Town hall" }).waitFor();
  const sql = { sql: `select cf_seats from ${table}` };
  await eventually(async () => (await admin.post("/api/sql", sql)).rows[0]?.cf_seats === 350, "the value in SQL");
  await open(page, `/${table}`);
  await page.getByRole("columnheader", { name: "Seats" }).waitFor();

  await page.setViewportSize(PHONE);
  await open(page, "/settings/data-model");
  await settled(page);
  await screenshot(page, "data-model-phone");
  await page.setViewportSize({ width: 1440, height: 900 });
  await page
    .getByRole("navigation", { name: "Objects" })
    .getByRole("link", { name: /Venues/ })
    .click();
  await page.getByText("1 record").waitFor();
  await screenshot(page, "data-model");
  await page.getByRole("button", { name: "More for Venues" }).click();
  await page.getByRole("menuitem", { name: "Delete with its records" }).click();
  await page.getByRole("button", { name: "Delete 1 record" }).click();
  await page.getByText("Venues deleted").waitFor();
  assert.equal(await page.getByRole("link", { name: "Venues" }).count(), 0);
  const left = await admin.get("/api/catalog/objects");
  assert.equal(
    left.items.find((object) => object.table === table),
    undefined,
  );
  page.assertQuiet();
  await page.context().close();
});
