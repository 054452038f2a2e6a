// A rep lets somebody work on a deal beside them, decides what they may do, and takes them off again.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test("somebody works on a deal of another, and then no more", async () => {
  const page = await visit(browser);
  const rep = await client("rep");
  const deal = await rep.post("/api/deals", { name: `Together ${Date.now().toString(36)}`, amount: "5200.00" });
  const address = `/api/deals/${deal.id}/collaborators`;
  await signIn(page, "rep");
  await open(page, `/deals/${deal.id}`);
  await page.getByText("Nobody works on it beside its owner.").waitFor();

  await page.getByRole("button", { name: "Collaborator: Choose…" }).click();
  await page.getByRole("combobox").fill("Sue");
  await page.getByRole("option", { name: /Sue Support/ }).click();
  await page.getByRole("region", { name: "Collaborators" }).getByRole("button", { name: "Add" }).click();
  const access = page.getByLabel("What Sue Support may do");
  await access.waitFor();
  await settled(page);
  await assertAccessible(page, "a deal that several people work on");
  await screenshot(page, "collaborators");
  assert.equal((await rep.get(address)).items[0].access, "write");
  await access.selectOption("read");
  await eventually(async () => (await rep.get(address)).items[0].access === "read", "the lesser access");

  await page.setViewportSize(PHONE);
  await page.getByRole("radio", { name: "Details" }).click();
  await page.getByRole("button", { name: "Take Sue Support off" }).click();
  await page.getByText("Sue Support no longer works on it").waitFor();
  assert.deepEqual((await rep.get(address)).items, []);
  page.assertQuiet();
  await page.context().close();
});
