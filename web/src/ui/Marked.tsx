import css from "./Marked.module.css";

/** A text with pieces of it highlighted; offsets count UTF-16 code units. */
export function Marked({ text, marks }: { text: string; marks: readonly { start: number; end: number }[] }) {
  const pieces = marks.map(({ start, end }, position) => ({
    before: text.slice(marks[position - 1]?.end ?? 0, start),
    marked: text.slice(start, end),
    start,
  }));
  return (
    <>
      {pieces.map(({ before, marked, start }) => (
        <span key={start}>
          {before}
          <mark className={css.mark}>{marked}</mark>
        </span>
      ))}
      {text.slice(marks.at(-1)?.end ?? 0)}
    </>
  );
}
