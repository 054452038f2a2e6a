// The documentation of the HTTP interface: both pages work under the content security policy, from our own files alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, loginOf, screenshot, signIn, visit } from "./browser.mjs";

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** A page of somebody signed in, that remembers what was asked of other hosts. */
async function reader() {
  const page = await visit(browser);
  await signIn(page, "admin");
  const elsewhere = [];
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && protocol !== "blob:" && origin !== new URL(page.url()).origin)
      elsewhere.push(request.url());
  });
  return { page, elsewhere };
}

test("Swagger UI lists the operations and tries one", async () => {
  const { page, elsewhere } = await reader();
  await page.goto("/swagger/");
  await page.getByPlaceholder("Filter by tag").waitFor();
  await page.locator("#operations-tag-Identity").click();
  await page.getByText("/api/auth/login", { exact: true }).waitFor();
  await screenshot(page, "swagger");
  const login = page
    .locator(".opblock")
    .filter({ has: page.getByText("/api/auth/login", { exact: true }) })
    .first();
  await login.locator(".opblock-summary-control").click();
  await login.getByRole("button", { name: "Try it out" }).click();
  await login.locator("textarea").fill(JSON.stringify(loginOf("admin")));
  await login.getByRole("button", { name: "Execute" }).click();
  await login.locator(".live-responses-table .response-col_status").filter({ hasText: "200" }).first().waitFor();

  assert.deepEqual(elsewhere, []);
  page.assertQuiet();
  await page.context().close();
});

test("ReDoc draws the reference", async () => {
  const { page, elsewhere } = await reader();
  await page.goto("/redoc/");
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.getByText("/api/deals").first().waitFor({ state: "attached" });
  await screenshot(page, "redoc");

  assert.deepEqual(elsewhere, []);
  page.assertQuiet();
  await page.context().close();
});
