import type { CSSProperties } from "react";
import type { FieldDef } from "@/api/catalog.ts";

interface Width {
  px: number;
  share: number;
}

/** Widths of the columns for a CSS grid: the title widest, numbers and dates narrow. Every row takes the same. */
export function columnTemplate(fields: readonly FieldDef[], title: string): CSSProperties & { "--columns": string } {
  const widths = fields.map((field) => (field.name === title ? { px: 200, share: 1.9 } : widthOf(field)));
  return {
    "--columns": `${MARK_PX}px ${widths.map(({ px, share }) => `minmax(${px}px, ${share}fr)`).join(" ")}`,
    minWidth: widths.reduce((sum, { px }) => sum + px, PADDING_PX + MARK_PX),
  };
}

const PADDING_PX = 28;
/** The column of tick boxes. */
const MARK_PX = 28;

function widthOf(field: FieldDef): Width {
  if (field.name === "score") return { px: 130, share: 0.9 };
  switch (field.kind.type) {
    case "bool":
      return { px: 80, share: 0.5 };
    case "integer":
    case "decimal":
    case "date":
    case "date_time":
      return { px: 112, share: 0.8 };
    case "money":
      return { px: 130, share: 0.9 };
    case "choice":
      return { px: 116, share: 0.9 };
    case "email":
      return { px: 200, share: 1.9 };
    case "long_text":
    case "json":
      return { px: 170, share: 1.6 };
    case "text":
    case "phone":
    case "url":
    case "link":
      return { px: 130, share: 1.2 };
  }
}
