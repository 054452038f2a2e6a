// Measures text with the fonts of the host, so that axes leave the room that the picture needs.

const MOST_REMEMBERED = 4096;
const remembered = new Map();

export function textWidth(item, text) {
  const size = item.fontSize == null ? 11 : Number(item.fontSize) || 0;
  const line = text == null ? '' : String(text).trim();
  if (size <= 0 || line === '') return 0;
  const width = measured(line, size, item);
  return item.limit > 0 ? Math.min(item.limit, width) : width;
}

function measured(line, size, item) {
  const family = item.font || 'sans-serif';
  const weight = String(item.fontWeight ?? 'normal');
  const style = item.fontStyle || 'normal';
  const key = `${style} ${weight} ${size} ${family} ${line}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const width = globalThis.leadhouseHost?.textWidth?.(line, size, family, weight, style) ?? 0.55 * size * line.length;
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(key, width);
  return width;
}
