import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import css from "./SearchBox.module.css";
import { classes } from "./classes.ts";

const TYPING_PAUSE_MS = 200;

/** A search field that tells what was typed once the typing pauses. */
export function SearchBox({
  label,
  value,
  onChange,
  size = "s",
  autoFocus = false,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  size?: "s" | "m";
  autoFocus?: boolean;
}) {
  const [text, setText] = useState(value);
  const [told, setTold] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // A value from elsewhere replaces the text; our own, tidied up, does not.
  if (told !== value) {
    setTold(value);
    if (value.trim() !== text.trim()) setText(value);
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(next), TYPING_PAUSE_MS);
  };
  return (
    <label className={classes(css.search, css[size])}>
      <Search size={size === "s" ? 14 : 16} aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        autoFocus={autoFocus}
        value={text}
        onChange={(event) => type(event.target.value)}
      />
    </label>
  );
}
