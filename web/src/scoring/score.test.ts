import { beforeAll, expect, test, vi } from "vitest";

// The client module reads the address of the page.
beforeAll(() => {
  vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal("location", { origin: "http://localhost" });
});

test("a metric is found at any depth, as number or exact text", async () => {
  const { metric } = await import("./score.ts");
  expect([
    metric({ test: { roc_auc: "0.861" } }, "roc_auc"),
    metric('{"roc_auc":0.5}', "roc_auc"),
    metric({ message: "few" }, "roc_auc"),
  ]).toEqual([0.861, 0.5, undefined]);
});

test("the heaviest features are told, and rules have none", async () => {
  const { featureWeights } = await import("./score.ts");
  const feature = (label: string, share: number) => ({ feature: label, label, share, suspicious: false });
  const metrics = { features: [feature("Source", 0.4), feature("Country", 0)] };
  expect(featureWeights(metrics).map(({ label }) => label)).toEqual(["Source"]);
  expect(featureWeights({ message: "rules" })).toEqual([]);
});
