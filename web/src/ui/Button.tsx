import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { Link } from "react-router";
import css from "./Button.module.css";
import { classes } from "./classes.ts";
import { Tooltip } from "./Tooltip.tsx";

type Variant = "primary" | "secondary" | "ghost" | "danger";

interface Look {
  variant?: Variant;
  size?: "s" | "m";
  icon?: ReactNode;
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Look {
  /** Shows progress and refuses a second press. */
  busy?: boolean;
  /** Why it cannot be pressed; disables it and says so. */
  reason?: string | undefined;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({
  variant = "secondary",
  size = "m",
  icon,
  busy = false,
  reason,
  className,
  children,
  disabled,
  onClick,
  ...rest
}: ButtonProps) {
  const blocked = reason !== undefined || busy;
  const button = (
    <button
      type="button"
      {...rest}
      className={classes(css.button, css[variant], css[size], className)}
      disabled={disabled}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={blocked ? (event) => event.preventDefault() : onClick}
    >
      {busy ? <span className={css.spinner} aria-hidden /> : icon}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
  return reason === undefined ? button : <Tooltip text={reason}>{button}</Tooltip>;
}

export function LinkButton({
  to,
  variant = "secondary",
  size = "m",
  icon,
  children,
}: Look & { to: string; children: ReactNode }) {
  return (
    <Link to={to} className={classes(css.button, css[variant], css[size])}>
      {icon}
      <span>{children}</span>
    </Link>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "icon" | "children" | "aria-label"> {
  /** The accessible name, shown as a tooltip too. */
  label: string;
  children: ReactNode;
}

export function IconButton({
  label,
  variant = "ghost",
  size = "m",
  className,
  reason,
  children,
  onClick,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={reason ?? label}>
      <button
        type="button"
        {...rest}
        aria-label={label}
        aria-disabled={reason !== undefined || undefined}
        onClick={reason === undefined ? onClick : (event) => event.preventDefault()}
        className={classes(css.button, css.icon, css[variant], css[size], className)}
      >
        {children}
      </button>
    </Tooltip>
  );
}
