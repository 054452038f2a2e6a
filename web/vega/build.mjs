// Bundles Vega for the server: `npm run vega`. The result is committed, so that building the server needs no npm.

import { build } from 'esbuild';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(here, '../../dashboards/vega');

// d3-dsv makes a function from text to turn rows into objects; this does the same without.
const CONVERTER = /function objectConverter\(columns\) \{\s*return new Function\([\s\S]*?\n\}/;
const converterWithoutCode = {
  name: 'converter-without-code',
  setup(bundle) {
    bundle.onLoad({ filter: /d3-dsv[\\/]dist[\\/]d3-dsv\.m?js$|d3-dsv[\\/]src[\\/]dsv\.js$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (!CONVERTER.test(text)) throw new Error(`${file} no longer has the function to replace`);
      const loop = `function objectConverter(columns) {
  return (row) => Object.fromEntries(columns.map((name, index) => [name, row[index] || ""]));
}`;
      return { contents: text.replace(CONVERTER, loop), loader: 'js' };
    });
  },
};

const result = await build({
  entryPoints: [path.join(here, 'entry.js')],
  bundle: true,
  charset: 'utf8',
  format: 'iife',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  minify: true,
  plugins: [converterWithoutCode],
  target: 'es2023',
  write: false,
});

await mkdir(target, { recursive: true });
const [bundle] = result.outputFiles;
await writeFile(path.join(target, 'vega.min.js'), bundle.contents);
await writeFile(path.join(target, 'vega.min.js.LICENSES.txt'), await licences(Object.keys(result.metafile.inputs)));
process.stdout.write(`vega.min.js ${bundle.contents.length} bytes\n`);

async function licences(inputs) {
  const folders = new Set(inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]).filter(Boolean));
  const notices = await Promise.all([...folders].map(notice));
  return notices.sort().join('\n');
}

async function notice(folder) {
  const about = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
  const name = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  const text = name ? await readFile(path.join(folder, name), 'utf8') : `Licence: ${about.license}\n`;
  return `${about.name} ${about.version} (${about.license})\n${'-'.repeat(60)}\n${text.trim()}\n`;
}
