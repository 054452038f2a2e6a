import { Inbox } from "lucide-react";
import type { ReactNode } from "react";
import css from "./State.module.css";

/** Nothing is here: says why and what to do. */
export function EmptyState({
  title,
  children,
  icon,
  action,
}: {
  title: string;
  children?: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={css.state}>
      <span className={css.icon} aria-hidden>
        {icon ?? <Inbox />}
      </span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {action && <div className={css.actions}>{action}</div>}
    </div>
  );
}
