// Many records at once: ticks, the bar above the rows, jobs with progress and undo.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let manager;

before(async () => {
  browser = await launch();
  manager = await client("manager");
});

after(() => browser?.close());

/** Leads that only this test has. */
async function leads(count) {
  const word = `Bulk${Date.now()}`;
  const made = [];
  for (let n = 0; n < count; n++) made.push(await manager.post("/api/leads", { name: `${word} ${n}`, source: "web" }));
  return { word, made };
}

const sourceOf = async (lead) => (await manager.get(`/api/leads/${lead.id}`)).source;

test("what is ticked is edited in the background and taken back", async () => {
  const { word, made } = await leads(4);
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, `/leads?q=${word}&sort=name`);

  await page.getByRole("checkbox", { name: `Select ${word} 0` }).click();
  await page.getByRole("checkbox", { name: `Select ${word} 2` }).click({ modifiers: ["Shift"] });
  await page.getByText("3 leads selected").waitFor();
  await settled(page);
  await screenshot(page, "bulk-bar");
  await assertAccessible(page);
  await page.getByRole("button", { name: "Edit field" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit 3 leads" });
  await dialog.getByLabel("Field").selectOption({ label: "Source" });
  await dialog.getByLabel("New value").fill("fair");
  await dialog.getByRole("button", { name: "Change 3 leads" }).click();
  await page.getByText("Change leads: 3 done").waitFor();
  assert.deepEqual(await Promise.all(made.map(sourceOf)), ["fair", "fair", "fair", "web"]);

  await page.getByRole("button", { name: "Jobs" }).click();
  await page.getByText("3 dealt with.").first().waitFor();
  await screenshot(page, "bulk-jobs");
  await page.getByRole("dialog", { name: "Jobs" }).getByRole("button", { name: "Undo" }).first().click();
  await eventually(async () => (await sourceOf(made[0])) === "web", "the undo");
  page.assertQuiet();
  await page.context().close();
});

test("everything that matches is counted, confirmed and deleted, and comes back", async () => {
  const { word, made } = await leads(3);
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, `/leads?q=${word}`);

  await page.getByRole("checkbox", { name: "Select every row that is loaded" }).click();
  await page.getByRole("toolbar", { name: "With the selected rows" }).getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog", { name: "Delete 3 leads?" }).getByRole("button", { name: "Delete 3 leads" }).click();
  await page.getByText("No leads match").waitFor();
  await page.getByRole("button", { name: "Undo" }).first().click();
  await page.getByRole("link", { name: `${word} 0` }).waitFor();

  assert.equal((await manager.get(`/api/leads/${made[0].id}`)).deleted_at, null);
  page.assertQuiet();
  await page.context().close();
});

test("a phone shows the bar within its width", async () => {
  const { word } = await leads(1);
  const page = await visit(browser, { viewport: { width: 390, height: 844 }, theme: "dark" });
  await signIn(page, "manager");
  await open(page, `/leads?q=${word}`);

  await page.getByRole("checkbox", { name: `Select ${word} 0` }).click();
  await page.getByText("1 lead selected").waitFor();
  await screenshot(page, "bulk-bar-phone");

  const bar = await page.getByRole("toolbar", { name: "With the selected rows" }).boundingBox();
  assert.ok(bar.x >= 0 && bar.x + bar.width <= 390, JSON.stringify(bar));
  page.assertQuiet();
  await page.context().close();
});
