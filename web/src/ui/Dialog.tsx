import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useState } from "react";
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

export function Dialog({ open, onClose, ...panel }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      {open && (
        <Radix.Portal>
          <Radix.Overlay className={css.overlay} />
          <Panel {...panel} />
        </Radix.Portal>
      )}
    </Radix.Root>
  );
}

function Panel({ title, description, children, footer, shape = "dialog" }: Omit<DialogProps, "open" | "onClose">) {
  const [opener] = useState(openerOf);
  return (
    <Radix.Content
      onOpenAutoFocus={focusFirstField}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        opener?.focus();
      }}
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
  );
}

/** What has the focus when a dialog opens, to get it back; the button of a menu rather than the item that goes away. */
function openerOf(): HTMLElement | null {
  const active = document.activeElement;
  const button = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const opener = button ? document.getElementById(button) : active;
  return opener instanceof HTMLElement ? opener : null;
}

/** Begins where something is to be filled in, or at the dialog itself, rather than at the button that closes. */
function focusFirstField(event: Event): void {
  const dialog = event.currentTarget;
  if (!(dialog instanceof HTMLElement)) return;
  event.preventDefault();
  (dialog.querySelector<HTMLElement>("input, textarea, select, [aria-pressed]") ?? dialog).focus();
}
