// Puts the two interactive API documentations into dist, each in a folder with a page of its own:
//   /swagger/  Swagger UI, to try calls       /redoc/  ReDoc, to read
// Their programs come from npm and are served by Leadhouse itself: no page loads anything from elsewhere.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const dist = new URL("../dist/", import.meta.url).pathname;
const swagger = dirname(require.resolve("swagger-ui-dist/package.json"));
const redoc = dirname(require.resolve("redoc/package.json"));

const PAGES = [
  {
    folder: "swagger",
    title: "Leadhouse API",
    files: [
      join(swagger, "swagger-ui.css"),
      join(swagger, "swagger-ui-bundle.js"),
      join(swagger, "LICENSE"),
      join(swagger, "NOTICE"),
    ],
    style: "swagger-ui.css",
    scripts: ["swagger-ui-bundle.js", "start.js"],
    // The content security policy forbids scripts in the page, so the call is a file.
    start: `SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  // Whoever is signed in can try calls at once; a change has to repeat this cookie as a header.
  requestInterceptor: (request) => {
    const csrf = /(?:^|; )(?:__Secure-)?leadhouse_csrf=([^;]+)/.exec(document.cookie)?.[1];
    if (csrf) request.headers["X-CSRF-Token"] = csrf;
    return request;
  },
});
`,
  },
  {
    folder: "redoc",
    title: "Leadhouse API reference",
    files: [
      join(redoc, "bundles/redoc.standalone.js"),
      join(redoc, "bundles/redoc.standalone.js.LICENSE.txt"),
      join(redoc, "LICENSE"),
    ],
    scripts: ["redoc.standalone.js", "start.js"],
    // Its search would run a program made from text; the browser finds words in the page too.
    start: `Redoc.init(
  "/api/openapi.json",
  { disableSearch: true, hideDownloadButton: false, nativeScrollbars: true, theme: { colors: { primary: { main: "#0f6b5c" } } } },
  document.getElementById("page"),
);
`,
  },
];

/** The picture that ReDoc would fetch from its makers' server; the words beside it stay. */
const FOREIGN_PICTURE = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";

for (const { folder, title, files, style, scripts, start } of PAGES) {
  const target = join(dist, folder);
  mkdirSync(target, { recursive: true });
  for (const file of files) copyFileSync(file, join(target, file.split("/").at(-1)));
  if (folder === "redoc") {
    const program = join(target, "redoc.standalone.js");
    writeFileSync(program, readFileSync(program, "utf8").replaceAll(FOREIGN_PICTURE, NO_PICTURE));
  }
  writeFileSync(join(target, "start.js"), start);
  const link = style ? `    <link rel="stylesheet" href="${style}" />\n` : "";
  const loads = scripts.map((script) => `    <script src="${script}" defer></script>\n`).join("");
  writeFileSync(
    join(target, "index.html"),
    `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" href="/icon.svg" />
${link}${loads}  </head>
  <body style="margin: 0">
    <main id="page"></main>
  </body>
</html>
`,
  );
}
console.log(`wrote ${PAGES.map(({ folder }) => `dist/${folder}`).join(" and ")}`);
