// Prints how much JavaScript the first page needs, gzipped, and fails above the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 300;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const entry = Object.values(manifest).find((chunk) => chunk.isEntry);
const first = new Set();
const collect = (chunk) => {
  if (first.has(chunk.file)) return;
  first.add(chunk.file);
  for (const name of chunk.imports ?? []) collect(manifest[name]);
};
collect(entry);
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000;
const total = [...first].reduce((sum, file) => sum + size(file), 0);
console.log(`initial JavaScript: ${total.toFixed(1)} kB gzipped in ${first.size} files (budget ${BUDGET_KB} kB)`);
if (total > BUDGET_KB) process.exit(1);
