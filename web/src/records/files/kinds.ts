/** What a file is, from the type that the server found in its bytes. */

export type PreviewKind = "image" | "pdf" | "text" | "none";

/** Larger files are saved rather than drawn in the page. */
const MAX_PREVIEW_BYTES = 20 * 1024 * 1024;
const IMAGES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);
const TEXTS = new Set(["text/plain", "text/markdown", "text/csv", "application/json", "text/calendar", "text/vcard"]);

export function previewKind(mediaType: string, sizeBytes: number): PreviewKind {
  if (sizeBytes > MAX_PREVIEW_BYTES) return "none";
  if (IMAGES.has(mediaType)) return "image";
  if (mediaType === "application/pdf") return "pdf";
  return TEXTS.has(mediaType) ? "text" : "none";
}

const NAMES: [RegExp, string][] = [
  [/^application\/pdf$/, "PDF"],
  [/wordprocessingml|msword|opendocument\.text|rtf/, "Text document"],
  [/spreadsheetml|ms-excel|opendocument\.spreadsheet|text\/csv/, "Table"],
  [/presentationml|ms-powerpoint|opendocument\.presentation/, "Slides"],
  [/^image\//, "Image"],
  [/^audio\//, "Sound"],
  [/^video\//, "Video"],
  [/zip/, "Archive"],
  [/^text\/|json/, "Text"],
];

export function kindName(mediaType: string): string {
  return NAMES.find(([pattern]) => pattern.test(mediaType))?.[1] ?? "File";
}

export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  const value = bytes / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[power - 1]}`;
}
