// The bundle that draws on the server (`npm run vega`), in a bare context where text cannot become code.
import { readFileSync } from "node:fs";
import { createContext, runInContext } from "node:vm";
import { beforeAll, expect, test } from "vitest";

const bundle = readFileSync(new URL("../../../../dashboards/vega/vega.min.js", import.meta.url), "utf8");
const spec = (change: object = {}) =>
  JSON.stringify({
    data: {
      values: [
        { at: "2024-03-30T22:30:00Z", worth: 1_200 },
        { at: "2024-03-31T22:30:00Z", worth: 3_400 },
      ],
    },
    transform: [{ calculate: "datetime(toNumber(toDate(datum.at)))", as: "moment" }],
    mark: "bar",
    encoding: {
      x: { field: "moment", type: "temporal", timeUnit: "yearmonthdate", axis: { format: "%d %b" } },
      y: { field: "worth", type: "quantitative" },
    },
    ...change,
  });

interface Context {
  leadhouseRender: (spec: string, config: string) => Promise<string>;
  run: (script: string) => unknown;
}

function bare(): Context {
  const host = {
    textWidth: (text: string, size: number) => 0.5 * size * text.length,
    offset: (ms: number) => -60 * new Date(ms).getTimezoneOffset(),
  };
  const context = createContext({ leadhouseHost: host }, { codeGeneration: { strings: false, wasm: false } });
  runInContext(bundle, context);
  const run = (script: string): unknown => runInContext(script, context);
  return { run, leadhouseRender: (json, config) => runInContext("leadhouseRender", context)(json, config) };
}

let drawing: Context;

beforeAll(() => {
  process.env.TZ = "Europe/Berlin";
  drawing = bare();
});

test("local time is that of the host's zone, also around both changes of the clock", () => {
  const walls = ["2024-03-30", "2024-03-31", "2024-10-26", "2024-10-27", "2024-07-01"].flatMap((day) =>
    Array.from({ length: 96 }, (_, quarter) => [
      ...day.split("-").map(Number),
      Math.floor(quarter / 4),
      (quarter % 4) * 15,
    ]),
  );
  const script = `(${JSON.stringify(walls)}).map(([y, m, d, h, min]) => { const at = new Date(y, m - 1, d, h, min); const later = new Date(at.getTime()); later.setDate(later.getDate() + 1); return [at.getTime(), at.getHours(), at.getDay(), at.getTimezoneOffset(), at.toString().slice(0, 33), later.getTime()].join(); }).join("\\n")`;

  // eslint-disable-next-line no-eval -- the same script under the engine's own zone is what it is compared with
  expect(drawing.run(script)).toBe((0, eval)(script));
});

test("days are those of the host's zone", async () => {
  const svg = await drawing.leadhouseRender(spec(), "{}");
  expect(svg).toContain("31 Mar");
  expect(svg).toContain("01 Apr");
});

test("the same specification gives the same picture, whatever was drawn before", async () => {
  const first = await drawing.leadhouseRender(spec(), "{}");
  await drawing.leadhouseRender(
    spec({
      mark: {
        type: "area",
        color: {
          gradient: "linear",
          stops: [
            { offset: 0, color: "red" },
            { offset: 1, color: "blue" },
          ],
        },
      },
    }),
    "{}",
  );
  expect(await drawing.leadhouseRender(spec(), "{}")).toBe(first);
});

test("nothing is read from elsewhere", async () => {
  await expect(drawing.leadhouseRender(spec({ data: { url: "https://example.com/data.json" } }), "{}")).rejects.toThrow(
    "reads nothing from elsewhere",
  );
});

test("what cannot be drawn says why", async () => {
  await expect(
    drawing.leadhouseRender(spec({ transform: [{ calculate: "nonsense(datum.worth)", as: "moment" }] }), "{}"),
  ).rejects.toThrow("nonsense");
});
