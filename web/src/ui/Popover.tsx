import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import css from "./Popover.module.css";

export interface PopoverProps {
  trigger: ReactNode;
  children: ReactNode;
  /** The accessible name of the panel. */
  label: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: "start" | "center" | "end";
  width?: number;
}

export function Popover({ trigger, children, label, open, onOpenChange, align = "start", width = 280 }: PopoverProps) {
  return (
    <Radix.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={css.panel}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          style={{ width }}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const PopoverClose = Radix.Close;
