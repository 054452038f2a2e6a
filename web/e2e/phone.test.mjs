// Every page on a phone: nothing is wider than it, and nothing serious bars anybody from using it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, settled, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** Pages that no other journey opens on a phone. */
const PAGES = {
  rep: ["/", "/deals/board", "/tasks", "/deals/new", "/account", "/search?q=ember"],
  manager: ["/", "/reports", "/dashboards", "/scoring", "/schedules/new", "/companies", "/contacts/duplicates"],
  analyst: ["/", "/sql"],
  executive: ["/"],
  support: ["/"],
  admin: ["/users", "/users/invite", "/lead_statuses"],
};

async function assertFits(page, path) {
  await open(page, path);
  await settled(page);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${path} is ${over} px wider than a phone`);
  await assertAccessible(page, `${path} on a phone`);
}

for (const [role, paths] of Object.entries(PAGES)) {
  test(`the pages of the ${role} fit a phone`, async () => {
    const page = await visit(browser, { viewport: PHONE });
    await signIn(page, role);
    for (const path of paths) await assertFits(page, path);
    page.assertQuiet();
    await page.context().close();
  });
}

test("the record of a company fits a phone, its details in a tab", async () => {
  const company = (await (await client("manager")).get("/api/companies?limit=1")).items[0];
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "manager");
  await assertFits(page, `/companies/${company.id}`);
  await page.getByRole("radio", { name: "Details" }).click();
  await page.getByRole("region", { name: "Details" }).waitFor();
  assert.match(page.url(), /tab=details/);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Edit company" }).click();
  await page.waitForURL(`**/companies/${company.id}/edit`);
  page.assertQuiet();
  await page.context().close();
});
