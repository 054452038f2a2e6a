import type { ReactNode } from "react";
import css from "./Badge.module.css";
import { classes } from "./classes.ts";

export type Tone = "neutral" | "accent" | "good" | "warn" | "danger" | "info" | "violet";

export function Badge({
  tone = "neutral",
  dot = false,
  children,
}: {
  tone?: Tone;
  dot?: boolean;
  children: ReactNode;
}) {
  return <span className={classes(css.badge, css[tone], dot && css.dotted)}>{children}</span>;
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className={css.kbd}>{children}</kbd>;
}
