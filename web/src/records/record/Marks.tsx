import { Bell, BellOff, Star } from "lucide-react";
import type { ObjectDef } from "@/api/catalog.ts";
import type { CrmRecord } from "@/api/records.ts";
import { formatCount } from "@/format/format.ts";
import { IconButton } from "@/ui/Button.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { type Mark, setMark, useBookmarked } from "./bookmarks.ts";
import css from "./Marks.module.css";

/** The star and the bell of a record. */
export function Marks({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const marks = useBookmarked(object.table, record.id).data;
  if (record.deleted_at) return null;
  const favourite = marks?.favourite ?? false;
  const following = marks?.following ?? false;
  const change = async (mark: Mark, set: boolean) => {
    try {
      await setMark(object.table, record.id, mark, set);
    } catch (thrown) {
      sayProblem("It was not kept", thrown);
    }
  };
  const others =
    marks && marks.followers > 0 ? `, followed by ${formatCount(marks.followers, "person", "people")}` : "";
  return (
    <>
      <IconButton
        label={favourite ? "Take out of your favourites" : "Add to your favourites"}
        aria-pressed={favourite}
        onClick={() => void change("favourite", !favourite)}
      >
        <Star aria-hidden className={favourite ? css.starred : undefined} />
      </IconButton>
      <IconButton
        label={`${following ? "Stop following" : "Follow: hear of changes and comments"}${others}`}
        aria-pressed={following}
        onClick={() => void change("follow", !following)}
      >
        {following ? <Bell aria-hidden className={css.followed} /> : <BellOff aria-hidden />}
      </IconButton>
    </>
  );
}
