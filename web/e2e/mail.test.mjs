// Writing to people: a mail to one lead, with its place on the timeline, and one to many in the background.
//   E2E_MAIL  1 when the server has a mail server; otherwise what is checked is that the page says so
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

/** Mails leave in the background, one after the other. */
const DELIVERY_MS = 30_000;

let browser;
let rep;
let manager;

before(async () => {
  browser = await launch();
  rep = await client("rep");
  manager = await client("manager");
});

after(() => browser?.close());

/** A lead that only this test has. */
function newLead(who, name, fields = {}) {
  const email = `${name.replaceAll(" ", "-").toLowerCase()}@customer.example`;
  return who.post("/api/leads", { name, email, owner_id: who.user.id, ...fields });
}

async function write(form, letter) {
  await form.getByRole("textbox", { name: "Subject" }).fill(letter.subject);
  await form.getByRole("textbox", { name: "Text" }).fill(letter.text);
}

/** Presses the button; answers what was made, or null when the server has no mail server. */
async function send(page, button) {
  const coming = page.waitForResponse((response) => response.url().endsWith("/emails"));
  await button.click();
  const response = await coming;
  const answer = await response.json();
  if (response.ok()) return answer;
  assert.equal(response.status(), 409, JSON.stringify(answer));
  assert.match(answer.type, /no_mail_server$/);
  assert.notEqual(process.env.E2E_MAIL, "1", "the server has a mail server");
  return null;
}

/** The page says that there is no mail server, and nothing that was typed is lost. */
async function assertKept(form, letter) {
  await form.getByRole("alert").filter({ hasText: "Mail is not set up on this server" }).waitFor();
  assert.equal(await form.getByRole("textbox", { name: "Subject" }).inputValue(), letter.subject);
  assert.equal(await form.getByRole("textbox", { name: "Text" }).inputValue(), letter.text);
}

const composerOf = (page) => page.getByRole("form", { name: "Add to the timeline" });

test("a rep writes to a lead, and the mail is on the timeline", async () => {
  const lead = await newLead(rep, `Mail ${Date.now()}`);
  const letter = { subject: `Your offer ${Date.now()}`, text: "Good morning {name}, here is the offer." };
  const page = await visit(browser);
  await signIn(page, "rep");
  await open(page, `/leads/${lead.id}`);
  const composer = composerOf(page);
  await composer.getByRole("radio", { name: "Send e-mail" }).press("Enter");
  await composer.getByText(lead.email).waitFor();
  await write(composer, letter);
  await settled(page);
  await assertAccessible(page, "a mail to a lead");
  await screenshot(page, "mail-record");

  const sent = await send(page, composer.getByRole("button", { name: "Send e-mail" }));

  if (sent === null) {
    await assertKept(composer, letter);
    await assertAccessible(page, "a mail that was not sent");
    await screenshot(page, "mail-record-refused");
  } else {
    await page.getByText("E-mail is on its way").waitFor();
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.getByText(letter.subject).waitFor();
    await timeline.getByText(`Good morning ${lead.name}, here is the offer.`).waitFor();
    await composer.getByRole("textbox", { name: "Note" }).waitFor();
    const activity = () => rep.get(`/api/activities/${sent.id}`);
    const { kind, direction, lead_id } = await activity();
    assert.deepEqual({ kind, direction, lead_id }, { kind: "email", direction: "outbound", lead_id: lead.id });
    await eventually(async () => (await activity()).outcome === "Sent", "the delivery", DELIVERY_MS);
    await timeline.getByText("Sent", { exact: true }).waitFor();
    await screenshot(page, "mail-timeline");
  }
  page.assertQuiet();
  await page.context().close();
});

test("a lead without an address is not written to, and the page says why", async () => {
  const lead = await newLead(rep, `Mail ${Date.now()}`, { email: null });
  const page = await visit(browser);
  await signIn(page, "rep");
  await open(page, `/leads/${lead.id}`);
  const composer = composerOf(page);

  await composer.getByRole("radio", { name: "Send e-mail" }).click();

  await composer.getByText("This lead has no e-mail address; add one first.").waitFor();
  const button = composer.getByRole("button", { name: "Send e-mail" });
  assert.equal(await button.getAttribute("aria-disabled"), "true");
  page.assertQuiet();
  await page.context().close();
});

test("a manager writes to two leads, and the one that wants no mass mail is left out", async () => {
  const word = `Mail${Date.now()}`;
  await newLead(manager, `${word} 0`);
  await newLead(manager, `${word} 1`, { marketing_consent: "withdrawn" });
  const letter = { subject: "News for {name}", text: "We have something new." };
  const page = await visit(browser);
  await signIn(page, "manager");
  await open(page, `/leads?q=${word}&sort=name`);
  for (const n of [0, 1]) await page.getByRole("checkbox", { name: `Select ${word} ${n}` }).click();
  await page.getByText("2 leads selected").waitFor();
  const bar = page.getByRole("toolbar", { name: "With the selected rows" });
  await bar.getByRole("button", { name: "Send e-mail" }).click();
  const dialog = page.getByRole("dialog", { name: "Send e-mail to 2 leads" });
  await write(dialog, letter);
  await assertAccessible(page, "a mail to two leads");
  await screenshot(page, "mail-many");

  const job = await send(page, dialog.getByRole("button", { name: "Send to 2 leads" }));

  if (job === null) {
    await assertKept(dialog, letter);
    await screenshot(page, "mail-many-refused");
  } else {
    await page.getByText("2 leads: started").waitFor();
    const ended = async () => (await manager.get(`/api/jobs/${job.id}`)).state === "done";
    await eventually(ended, "the end of the job", DELIVERY_MS);
    await page.getByRole("button", { name: "Jobs" }).click();
    const jobs = page.getByRole("dialog", { name: "Jobs" });
    await jobs.getByText("2 dealt with, 1 could not be done.").first().waitFor();
    await screenshot(page, "mail-jobs");
    const coming = page.waitForEvent("download");
    await jobs.getByRole("button", { name: "What could not be done" }).first().click();
    const problems = await readFile(await (await coming).path(), "utf8");
    assert.match(problems, new RegExp(`${word} 1`));
    assert.doesNotMatch(problems, new RegExp(`${word} 0`));
  }
  page.assertQuiet();
  await page.context().close();
});

test("a mail is written on a phone, in the dark, to somebody who wants no mass mail", async () => {
  const lead = await newLead(rep, `Mail ${Date.now()}`, { marketing_consent: "withdrawn" });
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "rep");
  await open(page, `/leads/${lead.id}`);
  const composer = composerOf(page);

  await composer.getByRole("radio", { name: "Send e-mail" }).click();

  await composer.getByText("They do not want mass mail; write only what concerns them.").waitFor();
  await settled(page);
  await assertAccessible(page, "a mail on a phone");
  await screenshot(page, "mail-record-phone");
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.ok(overflow <= 0, "nothing is wider than the phone");
  page.assertQuiet();
  await page.context().close();
});
