// The manager's model: how good it is, a new version of it, and its scores on the open leads.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client } from "./api.mjs";
import { assertAccessible, launch, open, screenshot, settled, signIn, visit } from "./browser.mjs";

/** Learning from every lead takes its time on a busy machine. */
const TRAINING_MS = 90_000;

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test("the model is trained anew and applied", async () => {
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, "/scoring");
  await page.getByRole("region", { name: "What weighs most" }).waitFor();
  const versions = page.getByRole("region", { name: "Versions" }).getByRole("rowheader");
  await versions.first().waitFor();
  const before = await versions.count();

  await page.getByRole("button", { name: "Train" }).click();
  const finished = page.getByRole("region", { name: "Training finished" });
  await finished.waitFor({ timeout: TRAINING_MS });
  // The same leads teach the same: then no version is made, and the page says so.
  assert.match(await finished.getByRole("status").innerText(), /Version v\d+ learned from|Nothing new to learn/);
  assert.ok((await versions.count()) >= before);
  await page.getByRole("button", { name: "Apply to open leads" }).click();
  await page.getByRole("region", { name: "Scores written" }).waitFor({ timeout: TRAINING_MS });
  await settled(page);
  await assertAccessible(page, "the scoring page");
  await screenshot(page, "scoring");

  const { items } = await (await client("manager")).get("/api/score_models?limit=50");
  assert.equal(items.filter(({ status }) => status === "champion").length, 1);
  page.assertQuiet();
  await page.context().close();
});

test("others see how good the model is and why they may not change it", async () => {
  const page = await visit(browser, { theme: "dark" });
  await signIn(page, "rep");
  await open(page, "/scoring");
  const train = page.getByRole("button", { name: "Train" });
  assert.equal(await train.getAttribute("aria-disabled"), "true");
  await train.focus();
  await page.getByRole("tooltip").getByText("Managers and administrators train and apply the model").waitFor();
  await settled(page);
  await assertAccessible(page, "the scoring page of a rep");
  page.assertQuiet();
  await page.context().close();
});
