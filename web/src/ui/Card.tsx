import type { ReactNode } from "react";
import css from "./Card.module.css";
import { classes } from "./classes.ts";

export function Card({
  title,
  actions,
  children,
  flush = false,
  className,
}: {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  className?: string | undefined;
}) {
  return (
    <section className={classes(css.card, className)} {...(title ? { "aria-label": title } : {})}>
      {title && (
        <header className={css.header}>
          <h2>{title}</h2>
          {actions}
        </header>
      )}
      <div className={flush ? undefined : css.body}>{children}</div>
    </section>
  );
}
