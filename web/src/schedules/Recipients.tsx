import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "@/api/keys.ts";
import { listRecords, textOf } from "@/api/records.ts";
import { formatChoice, formatCount } from "@/format/format.ts";
import { Checkbox, Input } from "@/ui/Field.tsx";
import css from "./Schedules.module.css";

const MOST = 200;

/** Who gets it: people of the workspace, so that each gets their own numbers. */
export function Recipients({
  chosen,
  error,
  onChosen,
}: {
  chosen: string[];
  error: string | undefined;
  onChosen: (ids: string[]) => void;
}) {
  const [search, setSearch] = useState("");
  const { data } = useQuery({
    queryKey: keys.list("users", { all: true }),
    queryFn: async ({ signal }) => (await listRecords("users", { sort: "name", limit: MOST }, signal)).items,
  });
  const words = search.toLowerCase();
  const shown = (data ?? []).filter(
    (user) => user.active !== false && (words === "" || textOf(user, "name").toLowerCase().includes(words)),
  );
  const ordered = [...shown.filter(({ id }) => chosen.includes(id)), ...shown.filter(({ id }) => !chosen.includes(id))];
  return (
    <fieldset className={css.people}>
      <legend>Recipients</legend>
      <Input
        type="search"
        aria-label="Search people"
        placeholder="Search people"
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <div className={css.persons}>
        {ordered.map((user) => (
          <Checkbox
            key={user.id}
            label={`${textOf(user, "name")} · ${formatChoice(textOf(user, "role"))}`}
            checked={chosen.includes(user.id)}
            onChange={(event) =>
              onChosen(event.target.checked ? [...chosen, user.id] : chosen.filter((id) => id !== user.id))
            }
          />
        ))}
      </div>
      {error ? (
        <p className={css.fault}>{error}</p>
      ) : (
        <p className={css.chosen}>{formatCount(chosen.length, "recipient", "recipients")} chosen</p>
      )}
    </fieldset>
  );
}
