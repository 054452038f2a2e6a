// What lists, records and forms do for everybody, whatever the object.
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

async function signedIn(role, options) {
  const page = await visit(browser, options);
  await signIn(page, role);
  return page;
}

/** A record of this test's own, so that journeys do not disturb each other. */
function newLead(fields = {}) {
  return manager.post("/api/leads", {
    name: `Journey ${Date.now()} ${Math.random().toString(36).slice(2, 8)}`,
    company_name: "Journey Works",
    ...fields,
  });
}

test("filters, order and columns live in the address, and a view keeps them", async () => {
  const page = await signedIn("manager");
  await open(page, "/leads");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("dialog", { name: "Add a filter" }).getByRole("button", { name: "Status" }).click();
  await page.getByRole("checkbox", { name: "Qualified" }).check();
  await page.getByRole("button", { name: "Done" }).click();
  await page.getByRole("button", { name: "Estimated value" }).click();
  await page
    .getByRole("columnheader", { name: "Estimated value" })
    .and(page.locator("[aria-sort=ascending]"))
    .waitFor();
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByRole("checkbox", { name: "Source" }).click();
  await page.getByRole("columnheader", { name: "Source" }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");

  const address = new URL(page.url()).searchParams;
  assert.equal(address.get("filter[status][in]"), "qualified");
  assert.equal(address.get("sort"), "estimated_value");
  assert.ok(!address.get("columns").split(",").includes("source"));

  const name = `View ${Date.now()}`;
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name: "Save as a view…" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.getByRole("button", { name }).waitFor();

  await open(page, "/leads");
  await page.getByRole("button", { name: "Views" }).click();
  await page.getByRole("menuitem", { name }).click();
  await page.waitForURL(/filter%5Bstatus%5D%5Bin%5D=qualified/);
  await page
    .getByRole("button", { name: /Status is/ })
    .first()
    .waitFor();
  assert.equal(await page.getByRole("columnheader", { name: "Source" }).count(), 0);

  await page.getByRole("button", { name }).click();
  await page.getByRole("menuitem", { name: `Delete “${name}”` }).click();
  await page.getByText(`View “${name}” deleted`).waitFor();
  page.assertQuiet();
  await page.context().close();
});

test("rows are walked by keyboard: arrows move, Space peeks, Enter opens", async () => {
  const page = await signedIn("manager");
  await open(page, "/companies");
  const rows = page.getByRole("table", { name: "Companies" }).getByRole("row");
  await rows.nth(1).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  const peek = page.getByRole("complementary", { name: /^Peek at/ });
  await peek.waitFor();
  await assertAccessible(page, "a peeked record");
  await screenshot(page, "list-peek");
  await page.keyboard.press("Escape");
  await peek.waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/companies\/[0-9a-f-]{36}/);
  page.assertQuiet();
  await page.context().close();
});

test("a long list shows every row without holding all of them", async () => {
  const page = await signedIn("executive");
  await open(page, "/activities");
  const table = page.getByRole("table", { name: "Activities" });
  await table.getByRole("row").nth(1).waitFor();
  const total = Number(await table.getAttribute("aria-rowcount"));
  assert.ok(total > 1_000, "the demo has many activities");

  for (let turn = 0; turn < 6; turn += 1) {
    await table.evaluate((element) => element.parentElement?.scrollBy(0, 20_000));
    await settled(page);
  }

  const last = Number(await table.getByRole("row").last().getAttribute("aria-rowindex"));
  assert.ok(last > 300, `scrolling went on to row ${last}`);
  assert.ok((await table.getByRole("row").count()) < 120, "only rows in view are in the page");
  await page.context().close();
});

test("a refused field is named where it stands, and what was typed stays", async () => {
  const page = await signedIn("manager");
  await open(page, "/deals/new");
  await page.getByLabel("Amount").fill("lots");
  await page.getByRole("button", { name: "Create deal" }).click();
  await page.getByText("Amount must be a number").waitFor();
  await page.getByLabel("Amount").fill("1200");
  await page.getByRole("button", { name: "Create deal" }).click();
  await page.getByText("Name must have a value").waitFor();

  assert.equal(await page.getByLabel("Amount").inputValue(), "1200");
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-invalid") === "true");
  await assertAccessible(page, "a refused form");
  await page.getByLabel("Name").first().fill(`Journey deal ${Date.now()}`);
  await page.getByRole("button", { name: "Create deal" }).click();
  await page.waitForURL(/\/deals\/[0-9a-f-]{36}$/);
  page.assertQuiet();
  await page.context().close();
});

test("a field is edited in place; a change by somebody else is shown, not overwritten", async () => {
  const lead = await newLead();
  const page = await signedIn("manager");
  await open(page, `/leads/${lead.id}`);
  await page.getByRole("button", { name: "Edit Company name" }).click();
  await page.getByRole("textbox", { name: "Company name" }).fill("Mine");
  // Between opening the editor and saving; live changes do not touch what is being typed.
  await page.route("**/api/events", (route) => route.abort());
  const theirs = await manager.patch(`/api/leads/${lead.id}`, { company_name: "Theirs" });
  await page.route(
    `**/api/leads/${lead.id}`,
    async (route) => {
      if (route.request().method() !== "PATCH") return route.continue();
      // The version that this page had read.
      await route.continue({ headers: { ...route.request().headers(), "if-match": `"${lead.version}"` } });
    },
    { times: 1 },
  );
  await page.keyboard.press("Enter");

  await page.getByRole("alert").getByText("Somebody else changed this lead meanwhile").waitFor();
  assert.equal((await manager.get(`/api/leads/${lead.id}`)).version, theirs.version);
  await screenshot(page, "record-conflict");
  await assertAccessible(page, "a conflict");
  await page.getByRole("button", { name: "Save mine" }).click();
  await eventually(
    async () => (await manager.get(`/api/leads/${lead.id}`)).company_name === "Mine",
    "saving after the conflict",
  );
  await page.context().close();
});

test("what is deleted can be brought back", async () => {
  const lead = await newLead();
  const page = await signedIn("manager");
  await open(page, `/leads/${lead.id}`);
  await page.getByRole("button", { name: "More", exact: true }).last().click();
  await page.getByRole("menuitem", { name: "Delete lead" }).click();
  await page.waitForURL(/\/leads$/);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("is back").waitFor();
  assert.equal((await manager.get(`/api/leads/${lead.id}`)).deleted_at, null);
  await page.context().close();
});

test("those who may not do something are told why", async () => {
  const page = await signedIn("executive");
  await open(page, "/deals");
  const create = page.getByRole("button", { name: "New deal" });
  assert.equal(await create.getAttribute("aria-disabled"), "true");
  await create.focus();
  await page
    .getByRole("tooltip")
    .getByText(/Your role may read deals/)
    .waitFor();
  await open(page, "/deals/new");
  await page.getByText("You may not do this").waitFor();
  await page.context().close();
});

test("a record that is not there says so", async () => {
  const page = await signedIn("rep");
  await page.goto("/leads/00000000-0000-7000-8000-00000000dead");
  await page.getByRole("alert").getByText("There is no such thing").waitFor();
  await page.context().close();
});

test("without a connection a strip says so, and goes away with it", async () => {
  const page = await signedIn("rep");
  await page.context().setOffline(true);
  await page.getByText("You are offline").waitFor();
  await page.context().setOffline(false);
  await page.getByText("You are offline").waitFor({ state: "detached" });
  await page.context().close();
});

test("commands: find a record, go to a page, change the theme", async () => {
  const lead = await newLead();
  const page = await signedIn("manager");
  await page.keyboard.press("Control+k");
  const input = page.getByRole("combobox", { name: "Search and commands" });
  await input.fill(lead.name);
  await page.getByRole("option", { name: lead.name }).click();
  await page.waitForURL(`**/leads/${lead.id}`);
  await page.keyboard.press("Control+k");
  await input.fill("dark theme");
  await page.keyboard.press("Enter");
  await page.locator("html[data-theme=dark]").waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await page.waitForURL("**/deals/board");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await assertAccessible(page, "the shortcut sheet in the dark");
  page.assertQuiet();
  await page.context().close();
});

test("what others change shows up by itself", async () => {
  const lead = await newLead({ status: "new" });
  const page = await signedIn("manager");
  await open(page, `/leads/${lead.id}`);
  await page.getByText("Live", { exact: true }).waitFor();
  await manager.patch(`/api/leads/${lead.id}`, { company_name: "Changed elsewhere" });

  await page.getByRole("region", { name: "Details" }).getByText("Changed elsewhere").waitFor({ timeout: 5_000 });
  page.assertQuiet();
  await page.context().close();
});
