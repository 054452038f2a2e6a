import { X } from "lucide-react";
import { useState } from "react";
import { Field, Input } from "@/ui/Field.tsx";
import type { ActionDraft, DraftOf } from "./actions.ts";
import css from "./Workflow.module.css";

const MOST_LETTERS = 40;

interface AddTagsProps {
  action: DraftOf<"add_tags">;
  fault: (part: string) => string | undefined;
  onChange: (action: ActionDraft) => void;
}

/** Words that the record gets besides those it has. */
export function AddTagsFields({ action, fault, onChange }: AddTagsProps) {
  const [word, setWord] = useState("");
  const { tags } = action;
  const add = () => {
    const tag = word.trim().toLowerCase();
    setWord("");
    if (tag !== "" && !tags.includes(tag)) onChange({ ...action, tags: [...tags, tag] });
  };
  return (
    <div className={css.fields}>
      {tags.length > 0 && (
        <div className={css.tags}>
          {tags.map((tag) => (
            <span key={tag} className={css.tag}>
              {tag}
              <button
                type="button"
                aria-label={`Remove tag ${tag}`}
                onClick={() => onChange({ ...action, tags: tags.filter((other) => other !== tag) })}
              >
                <X size={12} aria-hidden />
              </button>
            </span>
          ))}
        </div>
      )}
      <Field label="New tag" error={fault("tags")} help="Enter adds it.">
        {(control) => (
          <Input
            {...control}
            maxLength={MOST_LETTERS}
            value={word}
            onChange={(event) => setWord(event.target.value)}
            onBlur={add}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || word.trim() === "") return;
              event.preventDefault();
              add();
            }}
          />
        )}
      </Field>
    </div>
  );
}
