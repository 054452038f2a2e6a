// Draws Vega-Lite specifications as SVG inside a bare JavaScript engine.
//
// What the host gives, before the bundle is evaluated (each may be left out in a browser or in Node):
//   globalThis.leadhouseHost = {
//     textWidth(text, size, family, weight, style) -> width in pixels
//     offset(ms)                                   -> seconds east of UTC at that moment
//     now()                                        -> milliseconds since 1970, the clock of the drawing
//     log(level, message)                          -> "warn" or "info"; errors refuse the drawing instead
//   }
// What the bundle gives:
//   globalThis.leadhouseRender(specJson, configJson) -> Promise of the SVG text; rejects with an Error that
//   says what is wrong. The same input gives the same text, byte for byte, in any order of drawings.
//
// Nothing is fetched, nothing is read, and no text becomes code: expressions are interpreted.

import './polyfills.js';
import './time-zone.js';
import { compile } from 'vega-lite';
import * as vega from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { textWidth } from './text-width.js';
import { recorder } from './recorder.js';

vega.textMetrics.width = textWidth;

// The interpreter's own `datetime` takes a number of milliseconds for a year.
vega.expressionFunction('datetime', (...parts) => new Date(...parts));

// Every drawing starts from the same seed and the same counters, or ids would tell the order of drawings.
function startAfresh() {
  vega.resetSVGDefIds();
  vega.setRandom(vega.randomLCG(1));
}

async function draw(specJson, configJson) {
  startAfresh();
  const log = recorder();
  const config = configJson ? JSON.parse(configJson) : {};
  const compiled = compile(JSON.parse(specJson), { config, logger: log.logger });
  log.check();
  const runtime = vega.parse(compiled.spec, config, { ast: true });
  const view = new vega.View(runtime, {
    expr: expressionInterpreter,
    loader: log.loader,
    logger: log.logger,
    renderer: 'none',
  });
  try {
    const svg = await view.toSVG();
    log.check();
    return svg;
  } finally {
    view.finalize();
  }
}

// Drawings share counters inside Vega, so one ends before the next begins.
let previous = Promise.resolve();

globalThis.leadhouseRender = (specJson, configJson) => {
  const drawing = previous.then(() => draw(specJson, configJson));
  previous = drawing.catch(() => undefined);
  return drawing;
};
