// A file becomes contacts: columns and fields, a check that writes nothing, the refused rows as a file, and back.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let manager;

before(async () => {
  browser = await launch();
  manager = await client("manager");
});

after(() => browser?.close());

/** Four contacts of a place of this test's own: two new, one that is there already, one with a broken address. */
async function file() {
  const domain = `fair-${Date.now().toString(36)}.example`;
  await manager.post("/api/contacts", { name: "Cleo Marsh", email: `cleo@${domain}`, country: "Chile" });
  const csv = `Full name,E-mail,Home land,Remark
Ada Torres,ada@${domain},Spain,met at the fair
Bo Winter,bo@${domain},Spain,asked for a demo
Cleo Marsh,cleo@${domain},Spain,moved
Dan Frost,not an address,Spain,
`;
  const theirs = `/api/contacts?filter[email][contains]=${domain}&limit=50`;
  return { csv, contacts: async () => (await manager.get(theirs)).items };
}

async function uploaded(options, csv) {
  const page = await visit(browser, options);
  await signIn(page, "manager");
  await open(page, "/contacts");
  const here = page.locator("#page").getByRole("link", { name: "Import" });
  if (await here.isVisible()) await here.click();
  else {
    await page.locator("#page").getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Import" }).click();
  }
  await page.getByRole("heading", { name: "Import contacts" }).waitFor();
  const file = { name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(csv) };
  await page.getByLabel("File to import").setInputFiles(file);
  await page.getByLabel("Field of Full name").waitFor();
  return page;
}

/** How many rows the page says would be, or were, of each kind. */
const counts = (page) =>
  page.locator("dl > div").evaluateAll((all) => all.map((one) => one.innerText.split("\n").toReversed().join(": ")));

test("a file is matched, checked without writing, imported and taken back", async () => {
  const { csv, contacts } = await file();
  const page = await uploaded(undefined, csv);

  assert.equal(await page.getByLabel("Field of E-mail").inputValue(), "email");
  await page.getByLabel("Field of Full name").selectOption({ label: "Name *" });
  await page.getByLabel("Field of Home land").selectOption({ label: "Country" });
  assert.equal(await page.getByLabel("Field of Remark").inputValue(), "");
  await settled(page);
  await assertAccessible(page, "the columns of an import");
  await screenshot(page, "import-columns");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("radio", { name: "Update" }).click();
  await page.getByLabel("Recognised by").selectOption({ label: "E-mail" });
  await page.getByRole("table", { name: "Preview" }).getByText("Ada Torres").waitFor();
  await assertAccessible(page, "the rule of an import");
  await page.getByRole("button", { name: "Check the file" }).click();

  await page.getByRole("button", { name: "Import 3 rows" }).waitFor();
  assert.deepEqual(await counts(page), ["new contacts: 2", "updated: 1", "skipped: 0", "refused: 1"]);
  await page.getByRole("region", { name: "Why rows are refused" }).getByText("line 5").waitFor();
  assert.equal((await contacts()).length, 1, "a check writes nothing");
  await settled(page);
  await assertAccessible(page, "the check of an import");
  await screenshot(page, "import-check");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the refused rows" }).click();
  const refused = await readFile(await (await coming).path(), "utf8");
  assert.match(refused, /Dan Frost,not an address/);

  await page.getByRole("button", { name: "Import 3 rows" }).click();
  await page.getByRole("link", { name: "Show contacts" }).waitFor();
  await page.getByRole("button", { name: "Take the import back" }).waitFor();
  assert.deepEqual(await counts(page), ["new contacts: 2", "updated: 1", "skipped: 0", "refused: 1"]);
  const countries = (await contacts()).map(({ country }) => country);
  assert.deepEqual(countries, ["Spain", "Spain", "Spain"]);
  await page.getByRole("button", { name: "Take the import back" }).click();
  await eventually(async () => {
    const left = await contacts();
    return left.length === 1 && left[0].country === "Chile";
  }, "taking the import back");
  page.assertQuiet();
  await page.context().close();
});

test("an import works on a phone, in the dark, and says what stands in its way", async () => {
  const { csv } = await file();
  const page = await uploaded({ viewport: PHONE, theme: "dark" }, csv);

  const on = page.getByRole("button", { name: "Continue" });
  await page.getByLabel("Field of Full name").selectOption("");
  assert.equal(await on.getAttribute("aria-disabled"), "true");
  await on.focus();
  await page.getByRole("tooltip").getByText("Choose a column for Name").waitFor();
  await page.getByLabel("Field of Full name").selectOption({ label: "Name *" });
  await settled(page);
  await assertAccessible(page, "an import on a phone");
  await screenshot(page, "import-phone");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, "the page does not scroll sideways");
  page.assertQuiet();
  await page.context().close();
});
