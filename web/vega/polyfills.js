// What Vega expects of a browser and a bare engine lacks. Imported first: Vega looks when it is loaded.

const define = (name, value) => {
  if (globalThis[name] === undefined) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
};

// Specifications are trees of plain values and dates; functions inside are not copied but kept.
function copy(value, seen = new Map()) {
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  const twin = Array.isArray(value) ? new Array(value.length) : {};
  seen.set(value, twin);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [copy(key, seen), copy(item, seen)]));
  if (value instanceof Set) return new Set([...value].map((item) => copy(item, seen)));
  for (const key of Object.keys(value)) twin[key] = copy(value[key], seen);
  return twin;
}
define('structuredClone', (value) => copy(value));

// There is no event loop: what waits runs as soon as the engine has nothing else to do. The bound ends a
// drawing that would wait for itself for ever.
const MOST_TIMERS = 10_000;
let started = 0;
let lastTimer = 0;
const waiting = new Set();
function later(work, _delay, ...values) {
  started += 1;
  if (started > MOST_TIMERS && waiting.size > 0) throw new Error('the drawing keeps setting timers');
  lastTimer += 1;
  const timer = lastTimer;
  waiting.add(timer);
  Promise.resolve().then(() => {
    if (!waiting.delete(timer)) return;
    work(...values);
    if (waiting.size === 0) started = 0;
  });
  return timer;
}
const forget = (timer) => void waiting.delete(timer);
define('setTimeout', later);
define('clearTimeout', forget);
define('setInterval', () => {
  throw new Error('a drawing has no intervals');
});
define('clearInterval', forget);
define('queueMicrotask', (work) => void Promise.resolve().then(work));

const say = (level) => (...parts) => globalThis.leadhouseHost?.log?.(level, parts.map(String).join(' '));
define('console', {
  error: say('warn'),
  warn: say('warn'),
  info: say('info'),
  log: say('info'),
  debug: say('debug'),
  trace: say('debug'),
});

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
define('btoa', (binary) => {
  const text = String(binary);
  let coded = '';
  for (let at = 0; at < text.length; at += 3) {
    const bytes = [0, 1, 2].map((step) => text.charCodeAt(at + step));
    if (bytes.some((byte) => byte > 255)) throw new Error('btoa takes characters up to 255');
    const [first, second, third] = bytes.map((byte) => byte || 0);
    const left = text.length - at;
    coded += LETTERS[first >> 2] + LETTERS[((first & 3) << 4) | (second >> 4)];
    coded += left > 1 ? LETTERS[((second & 15) << 2) | (third >> 6)] : '=';
    coded += left > 2 ? LETTERS[third & 63] : '=';
  }
  return coded;
});
define('atob', (coded) => {
  const text = String(coded).replace(/[\s=]+/g, '');
  let binary = '';
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new Error('atob takes base64');
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    binary += String.fromCharCode((held >> bits) & 255);
  }
  return binary;
});

// Engines without locale data write 1234567 plainly; a drawing reads 1,234,567 everywhere.
Number.prototype.toLocaleString = function toLocaleString() {
  const number = Number(this);
  if (!Number.isFinite(number)) return String(number);
  const [whole, part] = Math.abs(number).toFixed(3).replace(/\.?0+$/, '').split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return (number < 0 && Number(whole + (part ?? '')) !== 0 ? '-' : '') + grouped + (part ? `.${part}` : '');
};
