// The executive's morning: the state of things at a glance, as a file, and in the inbox every week.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

const settled = async (page) => {
  await page.locator("[data-tile]").first().waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll("[data-tile]")].every((tile) => tile.getAttribute("aria-busy") === "false"),
  );
  await page.waitForFunction(() =>
    [...document.querySelectorAll("figure[data-state]")].every(
      (figure) => figure.getAttribute("data-state") === "drawn",
    ),
  );
};

for (const theme of ["light", "dark"]) {
  test(`every ready dashboard draws all of its tiles in the ${theme}`, async () => {
    const page = await visit(browser, { theme });
    await signIn(page, "executive");
    const { items } = await (await client("executive")).get("/api/dashboards/ready");
    assert.ok(items.length >= 3);

    for (const { name } of items) {
      await open(page, `/dashboards/${name}`);
      await settled(page);
      assert.equal(await page.locator("[data-tile] [role=alert]").count(), 0);
      await page.getByText(/Numbers as of/).waitFor();
      await assertAccessible(page, `the dashboard ${name}`);
      await screenshot(page, `executive-${name}-${theme}`);
    }
    page.assertQuiet();
    await page.context().close();
  });
}

test("a dashboard is one column on a phone", async () => {
  const page = await visit(browser, { viewport: PHONE });
  await signIn(page, "executive");
  await open(page, "/dashboards/sales_overview");
  await settled(page);

  const lefts = await page
    .locator("[data-tile]")
    .evaluateAll((tiles) => [...new Set(tiles.map((tile) => Math.round(tile.getBoundingClientRect().left)))]);
  assert.equal(lefts.length, 1);
  await screenshot(page, "executive-phone");
  await page.context().close();
});

test("a dashboard becomes a PDF, a picture and a workbook", async () => {
  const page = await visit(browser);
  await signIn(page, "executive");
  await open(page, "/dashboards/sales_overview");
  for (const [label, starts] of [
    ["PDF", "%PDF-"],
    ["Picture (PNG)", "\x89PNG"],
    ["Excel (XLSX)", "PK"],
  ]) {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: label }).click();
    const bytes = await readFile(await (await coming).path());
    assert.equal(bytes.subarray(0, starts.length).toString("latin1"), starts);
  }
  await page.context().close();
});

test("one tile that fails leaves the others standing", async () => {
  const page = await visit(browser);
  await signIn(page, "executive");
  let first = true;
  await page.route("**/api/dashboards/*/tiles/*", (route) => {
    if (!first) return route.continue();
    first = false;
    return route.fulfill({
      status: 422,
      contentType: "application/problem+json",
      body: JSON.stringify({ title: "Refused", status: 422, detail: "This report has a deleted field." }),
    });
  });
  await open(page, "/dashboards/sales_overview");
  await page.getByText("This report has a deleted field.").waitFor();
  await settled(page);

  assert.equal(await page.locator("[data-tile] [role=alert]").count(), 1);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("This report has a deleted field.").waitFor({ state: "hidden" });
  await page.context().close();
});

test("a dashboard of one's own is made from a report, changed and saved", async () => {
  const page = await visit(browser);
  await signIn(page, "executive");
  await open(page, "/dashboards/new");
  await page.getByLabel("Name of the dashboard").fill("Mine (journey)");
  await page.getByRole("button", { name: "Add tile" }).first().click();
  await page.getByRole("dialog").getByLabel("Report").selectOption("won-by-month");
  await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
  const tile = page.locator("[data-tile]");
  await tile.locator('figure[data-state="drawn"]').waitFor();
  const before = await tile.boundingBox();
  await page.getByRole("button", { name: /^Size of Won by month/ }).press("ArrowRight");
  await page.waitForFunction(
    (width) => document.querySelector("[data-tile]").getBoundingClientRect().width > width,
    before.width + 20,
  );
  await assertAccessible(page, "the dashboard editor");
  await page.getByRole("button", { name: "Save" }).click();

  await page.waitForURL(/\/dashboards\/[0-9a-f-]{36}$/);
  await settled(page);
  const { items } = await (await client("executive")).get("/api/dashboards?limit=50");
  assert.ok(items.some(({ name }) => name === "Mine (journey)"));
  await page.context().close();
});

test("a schedule tells its next runs, is saved, run and listed with each recipient", async () => {
  const page = await visit(browser);
  await signIn(page, "executive");
  await open(page, "/schedules/new?kind=dashboard&subject=sales_overview");
  await page.getByLabel("Name", { exact: false }).first().fill("Monday numbers (journey)");
  await page.getByRole("radio", { name: "Every month" }).click();
  await page.getByLabel("Day of the month").fill("31");
  await page.getByLabel("Time zone").selectOption("Europe/Berlin");
  const runs = page.getByRole("list", { name: "Next runs" }).getByRole("listitem");
  await runs.nth(2).waitFor();
  assert.equal(await runs.count(), 3);
  await page.getByRole("button", { name: "Create schedule" }).click();
  await page.waitForURL(/\/schedules\/[0-9a-f-]{36}$/);
  await assertAccessible(page, "a schedule");
  await screenshot(page, "executive-schedule");

  await page.getByRole("button", { name: "Run now" }).click();
  const executive = await client("executive");
  const schedule = page.url().split("/").pop();
  await eventually(async () => {
    const { items } = await executive.get(`/api/deliveries?filter[schedule_id][eq]=${schedule}`);
    return items.length === 1;
  });
  await page.getByRole("region", { name: /^Run of/ }).waitFor();

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused").first().waitFor();
  await page.context().close();
});
