// The first page of each kind of person: what matters to them, and nothing of it empty in a workspace with history.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** Cards that a person finds, and those of them that have something to click. */
const HOMES = {
  manager: { cards: ["Team pipeline", "What changed", "Largest open deals"], filled: "What changed" },
  analyst: { cards: ["Recent queries", "Ready reports"], filled: "Ready reports" },
  executive: { cards: ["Won revenue by region", "Open pipeline by region"] },
  support: {
    cards: ["Today’s tasks", "What customers said last", "Customers: people", "Customers: companies"],
    filled: "What customers said last",
  },
};

for (const [role, { cards, filled }] of Object.entries(HOMES)) {
  test(`the ${role} begins at what matters to them`, async () => {
    const page = await visit(browser);
    await signIn(page, role);
    for (const name of cards) await page.getByRole("region", { name }).first().waitFor();
    await settled(page);
    if (filled) assert.ok((await page.getByRole("region", { name: filled }).getByRole("link").count()) > 1);
    await assertAccessible(page, `the home of the ${role}`);
    await screenshot(page, `${role}-home`);
    page.assertQuiet();
    await page.context().close();
  });
}
