// Makes the engine's local time that of the host's zone. A bare engine knows only the zone of its process,
// while a drawing is made for a person: the host answers `offset(ms)` for that person's zone.
// Everything that JavaScript calls local goes through here; what it calls UTC stays the engine's own.

const Engine = globalThis.Date;
const utc = Engine.UTC;
const parseText = Engine.parse;
const DAY_MS = 86_400_000;

const offsetMs = (ms) => 1000 * (globalThis.leadhouseHost?.offset?.(ms) ?? 0);
const nowMs = () => globalThis.leadhouseHost?.now?.() ?? Engine.now();

// The moment that a wall clock shows. Where clocks go back the first of both, where they go forward the time
// counted with the offset before: ECMAScript's rule.
function moment(wall) {
  if (!Number.isFinite(wall)) return NaN;
  const before = offsetMs(wall - DAY_MS);
  const after = offsetMs(wall + DAY_MS);
  if (before === after || offsetMs(wall - before) === before) return wall - before;
  return offsetMs(wall - after) === after ? wall - after : wall - before;
}

// A date whose UTC fields are the local fields of `ms`.
const wall = (ms) => new Engine(ms + (Number.isFinite(ms) ? offsetMs(ms) : 0));

const ISO_DAY = /^[+-]?\d{4,6}(-\d\d(-\d\d)?)?$/;
const WITH_ZONE = /(Z|GMT|UTC|[+-]\d\d:?\d\d)\s*(\(.*\))?$/i;
const ISO_TIME = /^[+-]?\d{4,6}-\d\d(-\d\d)?T[\d:.]+$/;
function parse(text) {
  const trimmed = String(text).trim();
  if (ISO_DAY.test(trimmed) || (trimmed.includes(':') && WITH_ZONE.test(trimmed))) return parseText(trimmed);
  return moment(parseText(ISO_TIME.test(trimmed) ? `${trimmed}Z` : `${trimmed} GMT`));
}

function chosen(values) {
  if (values.length === 0) return nowMs();
  if (values.length > 1) return moment(utc(...values));
  const [value] = values;
  if (value instanceof Engine) return value.getTime();
  const plain = typeof value === 'object' && value !== null ? value[Symbol.toPrimitive]?.('default') ?? value.valueOf() : value;
  return typeof plain === 'string' || (typeof plain === 'object' && plain !== null) ? parse(plain) : Number(plain);
}

function ZonedDate(...values) {
  if (new.target === undefined) return new ZonedDate().toString();
  return Reflect.construct(Engine, [chosen(values)], new.target);
}

const define = (target, name, value) =>
  Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false });

const proto = Engine.prototype;
ZonedDate.prototype = proto;
define(proto, 'constructor', ZonedDate);
define(ZonedDate, 'UTC', utc);
define(ZonedDate, 'parse', parse);
define(ZonedDate, 'now', nowMs);
define(ZonedDate, 'length', 7);

const PARTS = ['FullYear', 'Month', 'Date', 'Hours', 'Minutes', 'Seconds', 'Milliseconds'];
for (const part of [...PARTS, 'Day']) {
  const read = proto[`getUTC${part}`];
  define(proto, `get${part}`, function get() {
    return read.call(wall(this.getTime()));
  });
}
for (const part of PARTS) {
  const write = proto[`setUTC${part}`];
  define(proto, `set${part}`, function set(...values) {
    const startsAnew = part === 'FullYear' && Number.isNaN(this.getTime());
    const local = startsAnew ? new Engine(0) : wall(this.getTime());
    write.apply(local, values);
    return this.setTime(moment(local.getTime()));
  });
}
define(proto, 'getYear', function getYear() {
  return this.getFullYear() - 1900;
});
define(proto, 'getTimezoneOffset', function getTimezoneOffset() {
  const ms = this.getTime();
  return Number.isNaN(ms) ? NaN : 0 - offsetMs(ms) / 60_000;
});

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (number) => String(number).padStart(2, '0');
const year = (date) => `${date.getFullYear() < 0 ? '-' : ''}${String(Math.abs(date.getFullYear())).padStart(4, '0')}`;
const day = (date) => `${WEEKDAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${two(date.getDate())} ${year(date)}`;
const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
const zone = (date) => {
  const minutes = Math.round(-date.getTimezoneOffset());
  const size = Math.abs(minutes);
  return `GMT${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
};
const isoDay = (date) => `${year(date)}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const WRITTEN = {
  toString: (date) => `${day(date)} ${clock(date)} ${zone(date)}`,
  toDateString: day,
  toTimeString: (date) => `${clock(date)} ${zone(date)}`,
  toLocaleString: (date) => `${isoDay(date)} ${clock(date)}`,
  toLocaleDateString: isoDay,
  toLocaleTimeString: clock,
};
for (const [name, write] of Object.entries(WRITTEN)) {
  define(proto, name, function written() {
    return Number.isNaN(this.getTime()) ? 'Invalid Date' : write(this);
  });
}

define(globalThis, 'Date', ZonedDate);
