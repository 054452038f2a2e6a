// Draws specifications with the bundle in Node and prints the median time of each as JSON.
const { readFileSync } = require('node:fs');
const [bundle, specs, repetitions] = process.argv.slice(2);
globalThis.leadhouseHost = { textWidth: (text, size) => 0.55 * size * text.length, offset: () => 0, now: () => 0 };
(0, eval)(readFileSync(bundle, 'utf8'));
const input = JSON.parse(readFileSync(specs, 'utf8'));
(async () => {
  const medians = {};
  for (const [kind, spec] of Object.entries(input.specs)) {
    const samples = [];
    for (let at = 0; at <= Number(repetitions); at += 1) {
      const start = process.hrtime.bigint();
      await globalThis.leadhouseRender(JSON.stringify(spec), JSON.stringify(input.config));
      if (at > 0) samples.push(Number(process.hrtime.bigint() - start) / 1e6);
    }
    medians[kind] = samples.sort((one, other) => one - other)[Math.floor(samples.length / 2)];
  }
  process.stdout.write(JSON.stringify(medians));
})();
