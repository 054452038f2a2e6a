// What every journey shares: a browser, people who sign in, and checks for accessibility.
//   LEADHOUSE_URL     address of the server (default http://127.0.0.1:8080)
//   LEADHOUSE_LOGINS  {"rep": {"username": "..", "password": ".."}, ..}
//   LEADHOUSE_CHROMIUM  path of the browser (default /usr/bin/chromium)
//   LEADHOUSE_SCREENS folder for screenshots; none are taken without it
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

export const url = process.env.LEADHOUSE_URL ?? "http://127.0.0.1:8080";
const logins = JSON.parse(process.env.LEADHOUSE_LOGINS ?? "{}");
const screens = process.env.LEADHOUSE_SCREENS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export async function launch() {
  return chromium.launch({
    executablePath: process.env.LEADHOUSE_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
  });
}

export function loginOf(role) {
  const login = logins[role];
  assert.ok(login, `LEADHOUSE_LOGINS names no ${role}`);
  return login;
}

/** A page of a fresh visitor; errors in its console and broken content security fail the journey at `assertQuiet`. */
export async function visit(browser, { viewport = DESKTOP, theme = "light" } = {}) {
  const context = await browser.newContext({
    baseURL: url,
    viewport,
    colorScheme: theme,
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const noise = [];
  page.on("pageerror", (error) => noise.push(`page error: ${error.message}`));
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !/Failed to load resource/.test(text)) noise.push(text);
  });
  page.assertQuiet = () => assert.deepEqual(noise, [], "the browser's console stays free of errors");
  return page;
}

/** Signs in through the page, as a person does. */
export async function signIn(page, role) {
  const { username, password } = loginOf(role);
  await page.goto("/sign-in");
  await page.getByLabel("Username or e-mail").fill(username);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  // On a phone the navigation is there but hidden.
  await page.locator("nav[aria-label=Main]").waitFor({ state: "attached" });
}

/** Goes to an address of the application without loading it anew. */
export async function open(page, path) {
  await page.goto(path);
  await page.locator("#page h1").first().waitFor();
}

/** Waits until nothing on the page is still loading. The network is never idle: live changes stream. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector("[data-skeleton], [aria-busy=true]"));
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** Fails on every serious or critical finding of axe-core. */
export async function assertAccessible(page, what) {
  // Not `addScriptTag`: the content security policy forbids inline scripts, and shall.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 4)
          .map((node) => `${node.target.join(" ")} (${node.failureSummary?.split("\n").slice(1, 3).join(" ")})`)
          .join(" | ")}`,
    );
  assert.deepEqual(grave, [], `${what} has accessibility problems`);
}

/** Fails unless the focus comes to this within a moment. */
export async function assertFocus(locator, what) {
  const focused = () => locator.evaluate((element) => element === document.activeElement);
  const end = Date.now() + 2_000;
  while (!(await focused())) {
    const where = await locator.page().evaluate(() => document.activeElement?.outerHTML.slice(0, 120));
    assert.ok(Date.now() < end, `the focus is at ${where} instead of ${what}`);
  }
}

/** Keeps a screenshot when asked to. */
export async function screenshot(page, name) {
  if (!screens) return;
  mkdirSync(screens, { recursive: true });
  await page.screenshot({ path: join(screens, `${name}.png`) });
}
