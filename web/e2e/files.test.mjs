// Files on a record: brought, looked at without anything in them running, replaced, deleted and brought back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { client } from "./api.mjs";
import { assertAccessible, launch, open, PHONE, screenshot, settled, signIn, visit } from "./browser.mjs";

let browser;
let rep;
let deal;

/** One page with the word "Offer", and a script that a viewer of the browser would run. */
const PDF = Buffer.from(`%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 37>>stream
BT /F 36 Tf 40 100 Td (Offer) Tj ET  
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
`);
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

before(async () => {
  browser = await launch();
  rep = await client("rep");
  deal = await rep.post("/api/deals", { name: "Harbor Logistics: yearly plan", amount: "18400.00" });
});

after(() => browser?.close());

async function filesOf(options) {
  const page = await visit(browser, options);
  await signIn(page, "rep");
  await open(page, `/deals/${deal.id}?tab=files`);
  await settled(page);
  return page;
}

async function bring(page, ...files) {
  await page.getByTestId("file-input").setInputFiles(files.map(([name, buffer]) => ({ name, buffer, mimeType: "" })));
  for (const [name] of files) await page.getByRole("button", { name, exact: true }).waitFor();
}

test("files are brought, previewed and replaced, and nothing in them runs", async () => {
  const page = await filesOf();
  const dialogs = [];
  const elsewhere = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(page.url()).origin) && !request.url().startsWith("blob:"))
      elsewhere.push(request.url());
  });
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><image href="http://canary.invalid/x"/></svg>',
  );
  const text = Buffer.from("<script>alert(1)</script>\n<img src=http://canary.invalid/y>");
  await bring(page, ["offer.pdf", PDF], ["photo.png", PNG], ["drawing.svg", svg], ["page.txt", text]);

  await page.getByRole("button", { name: "offer.pdf", exact: true }).click();
  await page.getByRole("img", { name: "Page 1 of 1" }).waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector("canvas[aria-label='Page 1 of 1']");
    const pixels = canvas?.width ? canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data : [];
    return pixels.some((value, index) => index % 4 === 0 && value < 100 && pixels[index + 3] === 255);
  });
  await screenshot(page, "files-pdf");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "photo.png", exact: true }).click();
  await page.getByRole("img", { name: "photo.png" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "drawing.svg", exact: true }).click();
  await page.getByText("There is no preview of this file").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "page.txt", exact: true }).click();
  await page.getByText("<script>alert(1)</script>").waitFor();
  await page.keyboard.press("Escape");
  await page
    .getByTestId("file-input")
    .setInputFiles([{ name: "page.txt", buffer: Buffer.from("second"), mimeType: "" }]);
  await page.getByRole("button", { name: "2 versions" }).waitFor();
  await page.getByRole("button", { name: "2 versions" }).click();
  await page.getByRole("button", { name: "Remove version 1" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByText("· removed").waitFor();
  await page.keyboard.press("Escape");
  await settled(page);
  await assertAccessible(page, "the Files tab");
  await screenshot(page, "files-tab");

  assert.deepEqual([dialogs, elsewhere], [[], []]);
  page.assertQuiet();
  await page.context().close();
});

test("a deleted file comes back, and one that is refused says why", async () => {
  const page = await filesOf();
  await bring(page, ["mistake.txt", Buffer.from("x")]);
  await page.getByRole("button", { name: "More for mistake.txt" }).click();
  await page.getByRole("menuitem", { name: "Delete file" }).click();
  await page.getByRole("button", { name: "mistake.txt", exact: true }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "mistake.txt", exact: true }).waitFor();
  await page.getByTestId("file-input").setInputFiles([{ name: "a:b.txt", buffer: Buffer.from("x"), mimeType: "" }]);
  await page.getByRole("alert").getByText("not a path").waitFor();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "More for mistake.txt" }).click();
  await page.getByRole("menuitem", { name: "Download" }).click();

  assert.equal((await download).suggestedFilename(), "mistake.txt");
  await page.context().close();
});

test("all documents are on one page, on a phone and in the dark too", async () => {
  const page = await visit(browser, { viewport: PHONE, theme: "dark" });
  await signIn(page, "rep");
  await open(page, "/documents?q=offer");
  await page.getByRole("button", { name: "offer.pdf", exact: true }).first().waitFor();
  await settled(page);
  await screenshot(page, "documents-phone");
  await assertAccessible(page, "the page of documents");
  await page
    .getByRole("link", { name: /^Deal: / })
    .first()
    .click();
  await page.waitForURL(`**/deals/${deal.id}`);
  await page.context().close();
});
