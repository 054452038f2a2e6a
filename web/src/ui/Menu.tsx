import { Check } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import css from "./Menu.module.css";
import { classes } from "./classes.ts";

/** A button's menu of verbs. */
export function Menu({
  trigger,
  children,
  align = "end",
  ...state
}: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}) {
  return (
    <Radix.Root modal={false} {...state}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={css.menu} align={align} sideOffset={6} collisionPadding={8}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItemProps {
  children: ReactNode;
  onSelect: () => void;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  hint?: string;
}

export function MenuItem({ children, onSelect, icon, danger = false, disabled = false, hint }: MenuItemProps) {
  return (
    <Radix.Item className={classes(css.item, danger && css.danger)} onSelect={onSelect} disabled={disabled}>
      {icon}
      <span className={css.text}>{children}</span>
      {hint && <span className={css.hint}>{hint}</span>}
    </Radix.Item>
  );
}

export function MenuChoices<T extends string>({
  value,
  options,
  onChange,
}: {
  value: T;
  options: readonly { value: T; label: string; icon?: ReactNode }[];
  onChange: (value: T) => void;
}) {
  return (
    <Radix.RadioGroup value={value}>
      {options.map((option) => (
        <Radix.RadioItem
          key={option.value}
          value={option.value}
          className={css.item}
          onSelect={() => onChange(option.value)}
        >
          {option.icon}
          <span className={css.text}>{option.label}</span>
          <Radix.ItemIndicator>
            <Check size={14} aria-hidden />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className={css.label}>{children}</Radix.Label>;
}

export function MenuSeparator() {
  return <Radix.Separator className={css.separator} />;
}
