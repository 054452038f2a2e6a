// The manager's question: who won how much, saved, shared with the team, and sent on as files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { client } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, signIn, visit } from "./browser.mjs";

const REPORT = "Revenue by person (journey)";
const PREVIEW_MS = 300;

let browser;
let manager;

before(async () => {
  browser = await launch();
  manager = await client("manager");
});

after(() => browser?.close());

const field = (page, name) =>
  page.getByRole("list", { name: "Fields" }).getByRole("button", { name, exact: true }).first();
const shelf = (page, name) => page.getByRole("region", { name, exact: true });

/** Drags as a hand does: down, away, over the shelf, up. Answers how long the new numbers took, in milliseconds. */
async function drag(page, name, onto) {
  const from = await field(page, name).boundingBox();
  const to = await page.locator(`[data-shelf="${onto}"]`).boundingBox();
  await page.mouse.move(from.x + 20, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 12, { steps: 4 });
  await page.mouse.move(to.x + to.width - 12, to.y + to.height / 2, { steps: 6 });
  // A hand is never so quick that the shelf has not seen it coming.
  await page.locator(`[data-shelf="${onto}"][data-over="true"]`).waitFor();
  const answered = page.waitForResponse((response) => response.url().endsWith("/api/reports/run"));
  const begun = Date.now();
  await page.mouse.up();
  await answered;
  await page.locator('[data-stale="false"]').waitFor();
  return Date.now() - begun;
}

test("the gallery has at least eight ready reports", async () => {
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, "/reports");
  const ready = page.getByRole("region", { name: "Ready to use" }).getByRole("link");
  await ready.first().waitFor();

  assert.ok((await ready.count()) >= 8);
  await assertAccessible(page, "the gallery of reports");
  await screenshot(page, "manager-reports");
  await page.context().close();
});

test("a report is built by drag, saved, shared with a team and exported", async (t) => {
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, "/reports/new");
  const times = [
    await drag(page, "Won revenue certified", "values"),
    await drag(page, "Owner", "rows"),
    await drag(page, "Deals certified", "values"),
  ];
  t.diagnostic(`preview after a drag: ${times.join(", ")} ms (budget ${PREVIEW_MS} ms at scale m)`);
  await page.getByRole("row").filter({ hasText: "Total" }).waitFor();
  await page.locator('figure[data-state="drawn"]').waitFor();
  await assertAccessible(page, "the report builder");
  await screenshot(page, "manager-builder");

  await page.getByLabel("Name of the report").fill(REPORT);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.waitForURL(/\/reports\/[0-9a-f-]{36}$/);
  const id = page.url().split("/").pop();

  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "A team" }).click();
  assert.notEqual(await dialog.getByLabel("Team").inputValue(), "");
  await dialog.getByRole("button", { name: "Share" }).click();
  await dialog.waitFor({ state: "hidden" });
  const saved = await manager.get(`/api/saved_reports/${id}`);
  assert.equal(saved.audience, "team");
  const rep = await client("rep");
  assert.equal((await rep.get(`/api/saved_reports/${id}`)).name, REPORT);

  for (const [label, starts] of [
    ["CSV", "Owner"],
    ["Excel (XLSX)", "PK"],
    ["PDF", "%PDF-"],
  ]) {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: label }).click();
    const bytes = await readFile(await (await coming).path());
    if (label === "CSV") assert.match(bytes.toString(), /won_amount|Won revenue/);
    else assert.equal(bytes.subarray(0, starts.length).toString("latin1"), starts);
  }
  page.assertQuiet();
  await page.context().close();
});

test("a team's row leads to one person, and back", async () => {
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, "/reports/team-performance");
  await page.getByRole("columnheader", { name: "Activities per week" }).waitFor();
  await page.locator("tbody").getByRole("button", { name: "Ben Rep" }).click();
  await page.getByRole("menuitem", { name: /^Only / }).click();
  await page
    .getByRole("status")
    .getByText(/^1 row ·/)
    .waitFor();
  assert.equal(await shelf(page, "Filters").getByRole("button").count(), 1);

  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator("tbody").getByRole("button", { name: "Ben Rep" }).waitFor();
  assert.equal(await shelf(page, "Filters").getByRole("button").count(), 0);
  await page.context().close();
});

test("a draft survives a reload", async () => {
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, "/reports/new");
  await field(page, "Won deals certified").press("Enter");
  await page
    .getByRole("status")
    .getByText(/^1 row ·/)
    .waitFor();
  await page.reload();

  await shelf(page, "Measures").getByRole("button", { name: "Won deals" }).waitFor();
  await page.context().close();
});

test("a report with a deleted field still opens, and shows which", async () => {
  const spec = {
    spec_version: 1,
    rows: [{ field: "deal.mood" }, { field: "deal.stage" }],
    values: [{ measure: "deal.count" }],
    totals: true,
  };
  const record = await manager.post("/api/saved_reports", { name: "Old report (journey)", definition: spec });
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, `/reports/${record.id}`);

  await page.getByText(/1 part is left out/).waitFor();
  await page.getByRole("row").filter({ hasText: "Total" }).waitFor();
  await shelf(page, "Group rows")
    .getByRole("button", { name: /deal\.mood/ })
    .click();
  await page.getByText(/no field “deal.mood”/).waitFor();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await page.getByText(/1 part is left out/).waitFor({ state: "hidden" });
  await page.context().close();
});

test("the builder works on a phone and in the dark", async () => {
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "manager");
  await open(page, "/reports/lead-conversion-by-source");
  await page.getByRole("row").filter({ hasText: "Total" }).waitFor();
  await page.getByRole("button", { name: "Add fields" }).click();
  await page.getByRole("dialog").getByLabel("Search fields").fill("lost");
  await page.getByRole("dialog").getByRole("button", { name: "Lead › Lost leads certified" }).click();

  await page.getByRole("dialog").waitFor({ state: "hidden" });
  const { scrollWidth, clientWidth } = await page.evaluate(() => ({
    scrollWidth: document.documentElement.scrollWidth,
    clientWidth: document.documentElement.clientWidth,
  }));
  assert.ok(scrollWidth <= clientWidth, "nothing is wider than the phone");
  await assertAccessible(page, "the builder on a phone");
  await screenshot(page, "manager-phone");
  await page.context().close();
});
