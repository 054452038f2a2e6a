import css from "./Switch.module.css";
import { Tooltip } from "./Tooltip.tsx";

/** Switches something on or off at once. */
export function Switch({
  label,
  checked,
  reason,
  onChange,
}: {
  label: string;
  checked: boolean;
  /** Why it cannot be switched; disables it and says so. */
  reason?: string | undefined;
  onChange: (checked: boolean) => void;
}) {
  return (
    <Tooltip text={reason ?? (checked ? "On" : "Off")}>
      <button
        type="button"
        role="switch"
        aria-checked={checked}
        aria-label={label}
        aria-disabled={reason !== undefined || undefined}
        className={css.switch}
        onClick={() => reason === undefined && onChange(!checked)}
      >
        <span className={css.track} aria-hidden />
      </button>
    </Tooltip>
  );
}
