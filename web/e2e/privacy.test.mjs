// An administrator gives a person what is held about them, erases them everywhere, and keeps the proof.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client, eventually } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

test("a person is counted, confirmed by name, erased everywhere, and proven", async () => {
  const page = await visit(browser);
  const admin = await client("admin");
  await signIn(page, "admin");
  const email = `forgotten-${Date.now().toString(36)}@example.com`;
  const person = await admin.post("/api/contacts", { name: "Greta Forgotten", email, phone: "+49 30 5550199" });
  await admin.post("/api/notes", { contact_id: person.id, body: `Asked by ${email} to be forgotten` });
  const history = {
    sql: `select count(*) as versions from contacts_history where id = '${person.id}' and name is not null`,
  };
  await eventually(
    async () => (await admin.post("/api/sql", history)).rows[0].versions === 1,
    "the contact in history",
  );

  await open(page, `/contacts/${person.id}`);
  await page.locator("#page").getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Personal data…" }).click();
  const dialog = page.getByRole("dialog", { name: "Personal data of Greta Forgotten" });
  await dialog.getByLabel("Reason").fill("Asked by letter");
  await assertAccessible(page, "the personal data of somebody");
  await screenshot(page, "privacy-person");
  await dialog.getByRole("button", { name: "Count to erase" }).click();

  const request = page.getByRole("dialog", { name: "To be confirmed" });
  await request.getByRole("rowheader", { name: "contacts", exact: true }).waitFor();
  await request.getByLabel("Type the person's name to confirm").fill("Somebody else");
  await request.getByRole("button", { name: "Erase for good" }).click();
  await request.getByText("exactly as it is written in the record").waitFor();
  await request.getByLabel("Type the person's name to confirm").fill("Greta Forgotten");
  await assertAccessible(page, "what there is of somebody");
  await screenshot(page, "privacy-count");
  await request.getByRole("button", { name: "Erase for good" }).click();
  const proof = page.getByRole("dialog", { name: "Erased" });
  await proof.getByRole("button", { name: "Save proof" }).waitFor({ timeout: 120_000 });
  await screenshot(page, "privacy-proof");
  await page.keyboard.press("Escape");
  await settled(page);
  await assertAccessible(page, "requests to be forgotten");

  await assert.rejects(admin.get(`/api/contacts/${person.id}`), /404/);
  assert.equal((await admin.post("/api/sql", history)).rows[0].versions, 0);
  const found = await admin.get(`/api/search?q=${encodeURIComponent(email)}`);
  assert.deepEqual(found.groups, []);
  await page.setViewportSize(PHONE);
  await settled(page);
  await screenshot(page, "privacy-phone");
  page.assertQuiet();
  await page.context().close();
});
