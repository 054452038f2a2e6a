import css from "./Logo.module.css";

export function Logo({ compact = false }: { compact?: boolean }) {
  return (
    <span className={css.logo}>
      <img src="/icon.svg" alt={compact ? "Leadhouse" : ""} width={26} height={26} />
      {!compact && <span>Leadhouse</span>}
    </span>
  );
}
