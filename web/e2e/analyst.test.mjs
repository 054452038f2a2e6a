// The analyst's question: SQL with completion, its mistakes told where they are, its work stopped on demand.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertAccessible, launch, open, screenshot, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

async function opened(browser, options) {
  const page = await visit(browser, options);
  await signIn(page, "analyst");
  await open(page, "/sql");
  await page
    .getByRole("list", { name: "Tables", exact: true })
    .getByRole("button", { name: /^deals/ })
    .waitFor();
  return page;
}

async function write(page, sql) {
  await page.getByRole("textbox", { name: "SQL statement" }).click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(sql);
}

test("tables and columns are listed, and hidden ones say so", async () => {
  const page = await opened(browser);
  await page.getByRole("button", { name: "Columns of contacts" }).click();
  const columns = page.getByRole("list", { name: "Columns of contacts" });

  await columns.getByRole("button", { name: /^email.*hidden from your role/ }).waitFor();
  await page.getByText(/Personal fields are hidden/).waitFor();
  await assertAccessible(page, "the SQL page");
  await page.context().close();
});

test("a statement runs, its rows are shown and downloaded", async () => {
  const page = await opened(browser);
  await write(page, "select status, count(*) as deals from deals group by 1 order by 2 desc");
  await page.keyboard.press("Control+Enter");
  const result = page.getByRole("table", { name: "Result" });
  await result.getByRole("cell", { name: "lost" }).waitFor();

  for (const [label, starts] of [
    ["CSV", "status,deals"],
    ["Parquet", "PAR1"],
    ["JSON", "{"],
  ]) {
    const coming = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("menuitem", { name: label }).click();
    const bytes = await readFile(await (await coming).path());
    assert.equal(bytes.subarray(0, starts.length).toString("latin1"), starts);
  }
  page.assertQuiet();
  await page.context().close();
});

test("records are joined and added up", async () => {
  const page = await opened(browser);
  await write(
    page,
    `select c.country, count(*) as won, sum(d.amount) as amount, round(avg(d.amount), 2) as average
from deals d
join companies c on c.id = d.company_id
where d.status = 'won'
group by c.country
order by amount desc`,
  );
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("table", { name: "Result" }).getByRole("cell", { name: "Germany" }).waitFor();
  await assertAccessible(page, "a result");
  await screenshot(page, "analyst-sql");
  page.assertQuiet();
  await page.context().close();
});

test("only the selection runs", async () => {
  const page = await opened(browser);
  await write(page, "select 1 as one; this is no sql");
  await page.keyboard.press("Control+Home");
  for (let step = 0; step < "select 1 as one".length; step += 1) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Control+Enter");

  await page.getByRole("table", { name: "Result" }).getByRole("columnheader", { name: /^one/ }).waitFor();
  await page.context().close();
});

test("a mistake is told with its place, and nothing typed is lost", async () => {
  const page = await opened(browser);
  await write(page, "select id,\n  stageid\nfrom deals");
  await page.keyboard.press("Control+Enter");

  await page.getByRole("alert").getByText("Line 2, column 3").waitFor();
  await page
    .getByRole("alert")
    .getByText(/did you mean/)
    .waitFor();
  await page.locator(".cm-lintRange-error").waitFor();
  assert.match(await page.getByRole("textbox", { name: "SQL statement" }).innerText(), /stageid/);
  await screenshot(page, "analyst-mistake");
  await page.context().close();
});

test("a long statement is cancelled and the next one runs", async () => {
  const page = await opened(browser);
  await write(page, "select count(distinct a.id || b.id) from activities a join activities b on a.kind = b.kind");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("status").getByText("Cancelled").waitFor();

  await write(page, "select 42 as answer");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("cell", { name: "42" }).waitFor();
  await page.context().close();
});

test("what was run before is at hand", async () => {
  const page = await opened(browser, { theme: "dark" });
  await write(page, "select 'kept' as word");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("cell", { name: "kept" }).waitFor();
  await write(page, "select 2");
  await page.getByRole("button", { name: "History" }).click();
  await page.getByRole("button", { name: /select 'kept' as word/ }).click();

  assert.match(await page.getByRole("textbox", { name: "SQL statement" }).innerText(), /kept/);
  await assertAccessible(page, "the SQL page in the dark");
  await page.context().close();
});
