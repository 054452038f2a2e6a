import { type ReactNode, useEffect } from "react";
import css from "./PageHeader.module.css";

/** The top of a page: what it is, and its verbs. Also names the browser's tab. */
export function PageHeader({
  title,
  before,
  after,
  subtitle,
  actions,
  children,
}: {
  title: string;
  before?: ReactNode;
  after?: ReactNode;
  subtitle?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Leadhouse`;
  }, [title]);
  return (
    <header className={css.header}>
      <div className={css.line}>
        <div className={css.titles}>
          {before}
          <h1 className={css.title}>{title}</h1>
          {after}
        </div>
        {actions && <div className={css.actions}>{actions}</div>}
      </div>
      {subtitle && <p className={css.subtitle}>{subtitle}</p>}
      {children}
    </header>
  );
}
