import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import { fieldOf, type ObjectDef } from "@/api/catalog.ts";
import type { CrmRecord } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Input } from "@/ui/Field.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { updateReason } from "../permissions.ts";
import { useUpdate } from "../writes.ts";
import css from "./Marks.module.css";

const MAX_LENGTH = 40;

/** The tags of a record: words to find it again by. */
export function TagsCard({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const update = useUpdate(object, record);
  const [word, setWord] = useState("");
  if (!fieldOf(object, "tags")) return null;
  const tags = Array.isArray(record.tags) ? record.tags.filter((tag) => typeof tag === "string") : [];
  const reason = record.deleted_at ? "It is deleted." : updateReason(object);
  const save = (next: string[]) =>
    update.mutate({ tags: next }, { onError: (thrown) => sayProblem("The tags were not changed", thrown) });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const tag = word.trim().toLowerCase();
    if (tag === "" || reason !== undefined) return;
    setWord("");
    if (!tags.includes(tag)) save([...tags, tag]);
  };
  return (
    <Card title="Tags">
      {tags.length === 0 && <p className={css.none}>No tags yet.</p>}
      <div className={css.tags}>
        {tags.map((tag) => (
          <span key={tag} className={css.tag}>
            {tag}
            {reason === undefined && (
              <button
                type="button"
                aria-label={`Remove tag ${tag}`}
                onClick={() => save(tags.filter((t) => t !== tag))}
              >
                <X size={12} aria-hidden />
              </button>
            )}
          </span>
        ))}
      </div>
      <form className={css.add} onSubmit={submit}>
        <Input
          aria-label="New tag"
          placeholder="New tag"
          maxLength={MAX_LENGTH}
          value={word}
          onChange={(event) => setWord(event.target.value)}
        />
        <Button type="submit" reason={reason ?? (word.trim() === "" ? "Write a word first." : undefined)}>
          Add
        </Button>
      </form>
    </Card>
  );
}
