import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./Button.tsx";
import css from "./Dialog.module.css";
import { classes } from "./classes.ts";

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  description?: string;
  children: ReactNode;
  footer?: ReactNode;
  /** `drawer` slides in from the right, over the full height. */
  shape?: "dialog" | "wide" | "drawer";
}

export function Dialog({ open, onClose, title, description, children, footer, shape = "dialog" }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={css.overlay} />
        <Radix.Content
          onOpenAutoFocus={focusFirstField}
          className={classes(css.content, css[shape])}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className={css.header}>
            <div>
              <Radix.Title className={css.title}>{title}</Radix.Title>
              {description && <Radix.Description className={css.description}>{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" size="s">
                <X aria-hidden />
              </IconButton>
            </Radix.Close>
          </header>
          <div className={css.body}>{children}</div>
          {footer && <footer className={css.footer}>{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Begins where something is to be filled in, rather than at the button that closes. */
function focusFirstField(event: Event): void {
  const field =
    event.currentTarget instanceof HTMLElement
      ? event.currentTarget.querySelector<HTMLElement>("input, textarea, select, [aria-pressed]")
      : null;
  if (!field) return;
  event.preventDefault();
  field.focus();
}
