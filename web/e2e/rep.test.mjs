// The rep's day: the best lead first, why it is, what was said, and the deal one stage further.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, loginOf, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let rep;

before(async () => {
  browser = await launch();
  rep = await client("rep");
  const scored = await rep.get("/api/leads?filter[score][is_null]=false&limit=1");
  if (scored.items.length === 0) {
    const manager = await client("manager");
    await manager.post("/api/scoring/train");
    await manager.post("/api/scoring/apply");
  }
});

after(() => browser?.close());

test("a wrong password says so and keeps the name", async () => {
  const page = await visit(browser);
  await page.goto("/sign-in");
  await page.getByLabel("Username or e-mail").fill(rep.user.username);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();

  await page.getByRole("alert").getByText("Username or password is wrong").waitFor();
  assert.equal(await page.getByLabel("Username or e-mail").inputValue(), rep.user.username);
  await assertAccessible(page, "the sign-in page");
  await page.context().close();
});

test("a session outlives its access token, and another tab is signed in too", async () => {
  const page = await visit(browser);
  await signIn(page, "rep");
  await open(page, "/deals");
  const hidden = await page.evaluate(() => document.cookie);
  assert.ok(!/access|refresh/.test(hidden), "scripts cannot read the tokens");
  await page.context().clearCookies({ name: "leadhouse_access" });
  await page.reload();
  await page.locator("#page h1").first().waitFor();

  const tab = await page.context().newPage();
  await open(tab, "/leads");
  await page.getByRole("button", { name: /account and theme/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await tab.reload();
  await tab.getByText("Your session has expired").waitFor();
  await page.context().close();
});

test("an expired session leads to sign-in and back", async () => {
  const page = await visit(browser);
  await signIn(page, "rep");
  await open(page, "/deals?sort=-amount");
  await page.context().clearCookies();
  await page.reload();

  await page.getByText("Your session has expired").waitFor();
  const { username, password } = loginOf("rep");
  await page.getByLabel("Username or e-mail").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/deals?sort=-amount");
  await page.context().close();
});

test("the home page shows tasks, hot leads and stuck deals", async () => {
  const page = await visit(browser);
  await signIn(page, "rep");

  for (const name of ["Today’s tasks", "Hot leads", /Deals stuck/]) await page.getByRole("region", { name }).waitFor();
  await settled(page);
  await assertAccessible(page, "the rep's home page");
  await screenshot(page, "rep-home");
  page.assertQuiet();
  await page.context().close();
});

test("the best lead is on top of the list, with its reasons in words on the record", async () => {
  const page = await visit(browser);
  await signIn(page, "rep");
  await open(page, "/leads?sort=-score");
  const table = page.getByRole("table", { name: "Leads" });
  const first = table.getByRole("row").nth(1);
  await first.waitFor();
  const { items } = await rep.get("/api/leads?sort=-score&limit=1");
  const [best] = items;

  assert.match(await first.innerText(), new RegExp(`${best.name}[\\s\\S]*${best.score}`));
  await assertAccessible(page, "the list of leads");
  await screenshot(page, "rep-leads");

  await first.getByRole("link", { name: best.name }).click();
  await page.getByRole("img", { name: `Score ${best.score} of 100` }).waitFor();
  const reasons = page.getByRole("list", { name: "Reasons for the score" });
  assert.ok((await reasons.getByRole("listitem").count()) > 0, "the score has reasons");
  await settled(page);
  await assertAccessible(page, "the lead's page");
  await screenshot(page, "rep-lead");
  page.assertQuiet();
  await page.context().close();
});

test("a lead is rated with reasons, and a call is logged on its timeline", async () => {
  const page = await visit(browser);
  await signIn(page, "rep");
  const lead = (await rep.get("/api/leads?sort=-created_at&limit=1")).items[0];
  await open(page, `/leads/${lead.id}`);

  await page.getByRole("radio", { name: "4, Good" }).check({ force: true });
  await page.getByRole("button", { name: "Urgent need" }).click();
  await page.getByRole("button", { name: "Good fit" }).click();
  await page.getByRole("button", { name: "Save rating" }).click();
  await page.getByText("Rating saved").waitFor();
  const feedback = (await rep.get(`/api/lead_feedback?filter[lead_id]=${lead.id}&sort=-created_at&limit=1`)).items[0];
  assert.equal(feedback.rating, 4);
  assert.deepEqual(feedback.reasons, ["urgent_need", "good_fit"]);

  const subject = `Pricing ${Date.now()}`;
  const composer = page.getByRole("form", { name: "Add to the timeline" });
  await composer.getByRole("radio", { name: "Call" }).click();
  await composer.getByLabel("Subject").fill(subject);
  await composer.getByLabel("Outcome").fill("connected");
  await composer.getByLabel("Minutes").fill("12");
  await composer.getByLabel("Notes").fill("Wants a yearly plan.");
  await assertAccessible(page, "the composer");
  await composer.getByRole("button", { name: "Log call" }).click();
  await page.getByRole("region", { name: "Timeline" }).getByText(subject).waitFor();
  page.assertQuiet();
  await page.context().close();
});

test("a deal moves between stages by mouse and by keyboard, and says why it was lost", async () => {
  const page = await visit(browser);
  await signIn(page, "rep");
  const deal = (await rep.get("/api/deals?filter[status]=open&sort=-amount&limit=1")).items[0];
  const stages = (await rep.get(`/api/stages?filter[pipeline_id]=${deal.pipeline_id}&sort=position`)).items;
  const from = stages.findIndex((stage) => stage.id === deal.stage_id);
  const to = stages[from === 0 ? 1 : from - 1];
  const stageOnServer = async () => (await rep.get(`/api/deals/${deal.id}`)).stage_id;
  await open(page, "/deals/board");
  const card = page
    .getByRole("group", { name: deal.name, exact: true })
    .and(page.locator("[aria-roledescription='movable deal']"))
    .first();
  await card.waitFor();

  const start = await card.boundingBox();
  const target = await page.locator(`[data-stage="${to.id}"]`).boundingBox();
  await page.mouse.move(start.x + start.width / 2, start.y + 50);
  await page.mouse.down();
  await page.mouse.move(target.x + target.width / 2, target.y + 150, { steps: 12 });
  await screenshot(page, "rep-board-drag");
  await page.mouse.up();
  await page.getByText(`moved to ${to.name}`).waitFor();
  await eventually(async () => (await stageOnServer()) === to.id, "the move by mouse");

  const moved = page.locator(`[data-stage="${to.id}"]`).getByRole("group", { name: deal.name, exact: true }).first();
  await moved.focus();
  await page.keyboard.press("Space");
  await page.getByText(/^Picked up|is over/).waitFor({ state: "attached" });
  await page.keyboard.press(from === 0 ? "ArrowLeft" : "ArrowRight");
  await page.getByText(new RegExp(`is over ${stages[from].name}`)).waitFor({ state: "attached" });
  await page.keyboard.press("Space");
  await eventually(async () => (await stageOnServer()) === deal.stage_id, "the move by keyboard");
  await assertAccessible(page, "the board");
  await screenshot(page, "rep-board");

  await open(page, `/deals/${deal.id}`);
  await page.getByRole("group", { name: "Stage" }).getByRole("button", { name: "Lost" }).click();
  const dialog = page.getByRole("dialog", { name: "Why was it lost?" });
  await dialog.getByRole("button", { name: "Price" }).click();
  await assertAccessible(page, "the question why a deal was lost");
  await dialog.getByRole("button", { name: "Mark as lost" }).click();
  await eventually(async () => (await rep.get(`/api/deals/${deal.id}`)).lost_reason === "Price", "losing the deal");
  await page.getByRole("group", { name: "Stage" }).getByRole("button", { name: stages[from].name }).click();
  await eventually(async () => (await rep.get(`/api/deals/${deal.id}`)).status === "open", "opening the deal again");
  page.assertQuiet();
  await page.context().close();
});

test("the list and the record work on a phone, in the dark", async () => {
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "rep");
  await open(page, "/leads");
  await page.getByRole("table", { name: "Leads" }).getByRole("link").first().waitFor();
  await assertAccessible(page, "the list on a phone");
  await screenshot(page, "rep-leads-phone");

  await page.getByRole("table", { name: "Leads" }).getByRole("link").first().click();
  await page.getByRole("radio", { name: "Details" }).click();
  await page.getByRole("region", { name: "Details" }).waitFor();
  await settled(page);
  await assertAccessible(page, "the lead on a phone");
  await screenshot(page, "rep-lead-phone");
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(overflow <= 0, "nothing is wider than the phone");
  page.assertQuiet();
  await page.context().close();
});
