// What happens by itself: a rule made from an example acts on a lead, says so, is switched off and deleted.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, assertFocus, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let manager;

before(async () => {
  browser = await launch();
  manager = await client("manager");
});

after(async () => {
  const { items } = await manager.get("/api/workflow_rules?limit=200");
  for (const { id, name } of items) if (name.endsWith("(journey)")) await manager.delete(`/api/workflow_rules/${id}`);
  await browser?.close();
});

async function rules(options) {
  const page = await visit(browser, options);
  await signIn(page, "manager");
  return page;
}

const lineOf = (page, name) => page.locator("#page").getByRole("listitem").filter({ hasText: name });

async function assertFits(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false, `${what} does not scroll sideways`);
}

test("a rule is made from an example, refused without a name, and its actions change places", async () => {
  const page = await rules();
  const name = "Call qualified leads (journey)";
  await open(page, "/workflow-rules/new");
  await page.getByRole("link", { name: /^Follow up on a qualified lead/ }).click();
  await page.waitForURL(/example=follow_up/);
  await page.getByRole("region", { name: "In words" }).getByText("status is qualified").waitFor();
  const title = page.getByRole("textbox", { name: "Name", exact: true });
  assert.equal(await title.inputValue(), "Follow up on a qualified lead");

  await title.fill("");
  await page.getByRole("button", { name: "Create rule" }).click();
  await page.getByText("Give it a name").waitFor();
  await assertFocus(title, "the field that is missing");
  await settled(page);
  await assertAccessible(page, "a rule without a name");
  await screenshot(page, "workflow-rule-refused");
  await title.fill(name);

  await page.getByRole("button", { name: "Add an action" }).press("Enter");
  await page.getByRole("menuitem", { name: "Add tags" }).press("Enter");
  const tag = page.getByRole("region", { name: "Action 2: Add tags" }).getByLabel("New tag");
  await tag.fill("Journey");
  await tag.press("Enter");
  await page.getByRole("button", { name: "Move action 2 up" }).click();
  await page.getByRole("region", { name: "Action 1: Add tags" }).waitFor();
  await page
    .getByRole("region", { name: "In words" })
    .getByText("When a lead is updated with a new status and status is qualified: add the tag journey, make a task.", {
      exact: true,
    })
    .waitFor();
  await page.getByRole("button", { name: "Create rule" }).click();
  await page.waitForURL(/\/workflow-rules\/[0-9a-f-]{36}$/);
  await page.getByText("It has not run yet").waitFor();
  await settled(page);
  await assertAccessible(page, "a rule");
  await screenshot(page, "workflow-rule");

  const rule = await manager.get(`/api/workflow_rules/${page.url().split("/").pop()}`);
  assert.equal(rule.name, name);
  assert.equal(rule.author_id, manager.user.id);
  assert.deepEqual(rule.watched_fields, ["status"]);
  assert.deepEqual(rule.conditions, { field: "status", operator: "eq", value: "qualified" });
  assert.deepEqual(
    rule.actions.map(({ kind }) => kind),
    ["add_tags", "create_task"],
  );
  // The next journey shall hear of its own rule only.
  await manager.delete(`/api/workflow_rules/${rule.id}`);
  page.assertQuiet();
  await page.context().close();
});

test("a lead that meets a rule gets a task, the run is shown, and the rule is switched off and deleted", async () => {
  const name = "Call at once (journey)";
  const rule = await manager.post("/api/workflow_rules", {
    name,
    object: "lead",
    event: "updated",
    watched_fields: ["status"],
    conditions: {
      and: [
        { field: "status", operator: "eq", value: "qualified" },
        { field: "company_name", operator: "eq", value: "Journey Ltd" },
      ],
    },
    actions: [
      {
        kind: "create_task",
        name: "Call {name}",
        task_kind: "call",
        priority: "high",
        due_in_days: 1,
        owner: "record_owner",
      },
    ],
  });
  const page = await rules();
  await open(page, "/workflow-rules");
  const line = lineOf(page, name);
  await line
    .getByText(
      "When a lead is updated with a new status and status is qualified and company name is Journey Ltd: make a task",
    )
    .waitFor();
  await line.getByText(`Acts with the rights of ${manager.user.name}`).waitFor();

  const lead = await manager.post("/api/leads", {
    name: `Wanda Work ${Date.now().toString(36)}`,
    company_name: "Journey Ltd",
    owner_id: manager.user.id,
  });
  await manager.patch(`/api/leads/${lead.id}`, { status: "qualified" });
  const [task] = await eventually(async () => {
    const { items } = await manager.get(`/api/tasks?filter[lead_id][eq]=${lead.id}`);
    return items.length > 0 && items;
  }, "the task of the rule");
  assert.equal(task.name, `Call ${lead.name}`);
  assert.equal(task.owner_id, manager.user.id);
  await eventually(async () => {
    const { items } = await manager.get(`/api/workflow_rules/${rule.id}/runs`);
    return items.some(({ record_id, status }) => record_id === lead.id && status === "done");
  }, "the end of the run");

  const runs = line.getByRole("button", { name: "Runs" });
  await runs.press("Enter");
  const log = page.getByRole("dialog", { name: `Runs of ${name}` });
  const run = log.getByRole("listitem").filter({ hasText: lead.name });
  await run.getByText("Done", { exact: true }).waitFor();
  await settled(page);
  await assertAccessible(page, "the runs of a rule");
  await screenshot(page, "workflow-runs");
  await page.keyboard.press("Escape");
  await assertFocus(runs, "the button that opened the runs");

  await line.getByRole("switch", { name, checked: true }).press("Space");
  await line.getByRole("switch", { name, checked: false }).waitFor();
  assert.equal((await manager.get(`/api/workflow_rules/${rule.id}`)).active, false);
  await settled(page);
  await assertAccessible(page, "the page of rules");
  await screenshot(page, "workflow-rules");

  const remove = async () => {
    await line.getByRole("button", { name: `More for ${name}` }).click();
    await page.getByRole("menuitem", { name: "Delete rule" }).click();
    await page
      .getByRole("dialog", { name: `Delete ${name}?` })
      .getByRole("button", { name: "Delete" })
      .click();
    await line.waitFor({ state: "detached" });
  };
  await remove();
  await page.getByRole("button", { name: "Undo" }).click();
  await line.waitFor();
  await remove();
  await manager.delete(`/api/tasks/${task.id}`);
  await manager.delete(`/api/leads/${lead.id}`);
  page.assertQuiet();
  await page.context().close();
});

test("rules fit a phone, in the dark, and others read them", async () => {
  const name = "Hot referrals (journey)";
  const rule = await manager.post("/api/workflow_rules", {
    name,
    object: "lead",
    event: "created",
    conditions: { field: "source", operator: "in", value: ["journey"] },
    actions: [
      { kind: "set_fields", fields: { priority: "high" } },
      { kind: "notify", to: ["record_owner", "manager"], message: "{name} is hot" },
    ],
  });
  const page = await rules({ viewport: PHONE, theme: "dark" });
  await open(page, "/workflow-rules");
  await lineOf(page, name).waitFor();
  await settled(page);
  await assertAccessible(page, "rules on a phone");
  await assertFits(page, "the page of rules");
  await screenshot(page, "workflow-rules-phone");
  await lineOf(page, name).getByRole("link", { name }).click();
  assert.equal(await page.getByLabel("Priority becomes").inputValue(), "high");
  await settled(page);
  await assertAccessible(page, "a rule on a phone");
  await assertFits(page, "the rule");
  await screenshot(page, "workflow-rule-phone");
  page.assertQuiet();
  await page.context().close();

  const rep = await visit(browser);
  await signIn(rep, "rep");
  await open(rep, "/workflow-rules");
  const line = lineOf(rep, name);
  const on = line.getByRole("switch", { name, checked: true });
  await on.waitFor();
  assert.equal(await on.getAttribute("aria-disabled"), "true");
  await line.getByRole("link", { name }).click();
  await rep.waitForURL(`**/workflow-rules/${rule.id}`);
  assert.equal(await rep.getByRole("button", { name: "Save", exact: true }).getAttribute("aria-disabled"), "true");
  rep.assertQuiet();
  await rep.context().close();
});
