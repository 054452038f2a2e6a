import css from "./Avatar.module.css";

/** Initials on a colour that stays the same for a name. A picture of the name, so they are no text. */
export function Avatar({ name, size = 22 }: { name: string; size?: number }) {
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  return (
    <span
      className={css.avatar}
      data-initials={initials(name)}
      style={{ width: size, height: size, fontSize: size * 0.4, background: `hsl(${hue} 42% 36%)` }}
      aria-hidden
    />
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = words[0]?.[0] ?? "";
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + last).toUpperCase();
}
