import { expect, test } from "vitest";
import { formatBytes, kindName, previewKind } from "./kinds.ts";

test("only types that cannot run anything are drawn in the page", () => {
  expect(previewKind("image/png", 10)).toBe("image");
  expect(previewKind("application/pdf", 10)).toBe("pdf");
  expect(previewKind("text/csv", 10)).toBe("text");
  for (const type of ["image/svg+xml", "text/html", "application/octet-stream", "application/zip"])
    expect(previewKind(type, 10)).toBe("none");
  expect(previewKind("image/png", 50_000_000)).toBe("none");
});

test("sizes and kinds read well", () => {
  expect([0, 999, 1000, 48_213, 1_500_000, 12_345_678_900].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "48 kB",
    "1.5 MB",
    "12 GB",
  ]);
  expect(kindName("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")).toBe("Table");
  expect(kindName("application/octet-stream")).toBe("File");
});
