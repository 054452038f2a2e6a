import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { searchQuery, worthAsking } from "@/api/search.ts";
import { formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Marked } from "@/ui/Marked.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import css from "./CommandPalette.module.css";
import { iconOf } from "./navigation.tsx";
import { useDebounced } from "@/ui/useDebounced.ts";

const FOUND_PER_OBJECT = 4;
/** Short enough to feel immediate, long enough not to ask for every letter of a fast typist. */
const TYPING_PAUSE_MS = 60;

/** Records that match what is typed, and the way to all of them. */
export function FoundRecords({ text, onOpen }: { text: string; onOpen: (to: string) => void }) {
  const sought = useDebounced(text, TYPING_PAUSE_MS);
  const found = useQuery(searchQuery(sought, FOUND_PER_OBJECT));
  if (!worthAsking(text)) return null;
  if (found.error) return <ProblemState error={found.error} compact />;
  const groups = found.data?.groups ?? [];
  return (
    <>
      {groups.map((group) => {
        const Icon = iconOf(group.table);
        return (
          <Command.Group key={group.table} heading={group.label}>
            {group.items.map((item) => (
              <Command.Item key={item.id} value={item.id} onSelect={() => onOpen(links.record(group.table, item.id))}>
                <Icon aria-hidden />
                <span className={css.title}>
                  <Marked text={item.title || "Untitled"} marks={item.marks} />
                </span>
                <span className={css.detail}>
                  {item.fields[0] ? (
                    <Marked text={item.fields[0].text} marks={item.fields[0].marks} />
                  ) : (
                    formatChoice(item.detail ?? "")
                  )}
                </span>
              </Command.Item>
            ))}
          </Command.Group>
        );
      })}
      {groups.length > 0 && (
        <Command.Group>
          <Command.Item value="all results" onSelect={() => onOpen(links.search(text.trim()))}>
            <Search aria-hidden />
            Show all results
          </Command.Item>
        </Command.Group>
      )}
    </>
  );
}
