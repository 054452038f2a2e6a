import { Pencil } from "lucide-react";
import { type KeyboardEvent, useRef, useState } from "react";
import { type FieldDef, fixed, type ObjectDef } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, type FieldValue, readRecord } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { DraftError, fromDraft, toDraft } from "../draft.ts";
import { FieldControl } from "../FieldControl.tsx";
import { FieldText } from "../FieldText.tsx";
import { RoleSelect } from "../user/RoleSelect.tsx";
import { useUpdate } from "../writes.ts";
import css from "./InlineField.module.css";

/** Fields whose control saves as soon as something is picked. */
const PICKED = new Set(["choice", "link", "bool"]);

interface InlineFieldProps {
  object: ObjectDef;
  field: FieldDef;
  record: CrmRecord;
  /** Why nothing can be changed here. */
  reason: string | undefined;
}

/** A value that becomes its own editor. Enter saves, Escape gives up. */
export function InlineField({ object, field, record, reason }: InlineFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  // The value as it was when editing began: live changes must not hide that somebody else changed it.
  const [begun, setBegun] = useState<FieldValue>(null);
  const [error, setError] = useState<string | null>(null);
  const [conflict, setConflict] = useState<CrmRecord | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const update = useUpdate(object, record);
  const locked = field.computed || reason !== undefined || fixed(object, field.name);
  const close = () => {
    setDraft(null);
    setError(null);
    setConflict(null);
    requestAnimationFrame(() => button.current?.focus());
  };
  const open = () => {
    setBegun(record[field.name] ?? null);
    setDraft(toDraft(field, record[field.name] ?? null));
  };
  const save = (text: string) => {
    if (update.isPending) return;
    if (!conflict && text === toDraft(field, begun)) return close();
    if (!conflict && toDraft(field, record[field.name] ?? null) !== toDraft(field, begun)) return setConflict(record);
    try {
      update.mutate(
        { [field.name]: fromDraft(field, text) },
        { onSuccess: close, onError: (thrown) => void failed(thrown) },
      );
    } catch (thrown) {
      setError(thrown instanceof DraftError ? thrown.message : String(thrown));
    }
  };
  const failed = async (thrown: unknown) => {
    const problem = asProblem(thrown);
    if (problem.status !== 412)
      return setError(problem.fields[field.name] ?? problem.refused[0]?.message ?? problem.message);
    const latest = await readRecord(object.table, record.id);
    queryClient.setQueryData(keys.record(object.table, record.id), latest);
    setConflict(latest);
  };
  if (draft === null) {
    if (locked)
      return (
        <div className={css.value}>
          <FieldText object={object} field={field} record={record} />
        </div>
      );
    return (
      <div className={css.editable}>
        <div className={css.value}>
          <FieldText object={object} field={field} record={record} />
        </div>
        <button ref={button} type="button" className={css.edit} aria-label={`Edit ${field.label}`} onClick={open}>
          <Pencil size={13} aria-hidden />
        </button>
      </div>
    );
  }
  const role = object.table === "users" && field.name === "role";
  const picked = PICKED.has(field.kind.type) || role;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    if (event.key === "Enter" && (field.kind.type !== "long_text" || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save(draft);
    }
  };
  const change = (text: string) => {
    setDraft(text);
    setError(null);
    if (picked) save(text);
  };
  const describedBy = error ? `${field.name}-error` : undefined;
  const control = {
    id: `edit-${field.name}`,
    "aria-invalid": error ? (true as const) : undefined,
    "aria-describedby": describedBy,
    ...labelled(field.label),
  };
  return (
    <div className={css.editing}>
      {role ? (
        <RoleSelect draft={draft} onChange={change} control={control} />
      ) : (
        <FieldControl
          field={field}
          draft={draft}
          onChange={change}
          autoFocus
          onKeyDown={onKeyDown}
          {...(picked || conflict ? {} : { onBlur: () => save(draft) })}
          control={control}
        />
      )}
      {error && (
        <p id={describedBy} className={css.error} role="alert">
          {error}{" "}
          <button type="button" onClick={close}>
            Give up
          </button>
        </p>
      )}
      {picked && !conflict && !error && (
        <Button size="s" variant="ghost" onClick={close}>
          Cancel
        </Button>
      )}
      {conflict && (
        <Conflict object={object} field={field} latest={conflict} onMine={() => save(draft)} onTheirs={close} />
      )}
    </div>
  );
}

/** Somebody else saved first: shows their value and asks which one counts. */
function Conflict({
  object,
  field,
  latest,
  onMine,
  onTheirs,
}: {
  object: ObjectDef;
  field: FieldDef;
  latest: CrmRecord;
  onMine: () => void;
  onTheirs: () => void;
}) {
  return (
    <div className={css.conflict} role="alert">
      <p>
        Somebody else changed this {object.label.toLowerCase()} meanwhile. {field.label} is now:
      </p>
      <p className={css.theirs}>
        <FieldText object={object} field={field} record={latest} />
      </p>
      <div>
        <Button size="s" variant="primary" onClick={onMine}>
          Save mine
        </Button>
        <Button size="s" onClick={onTheirs}>
          Keep theirs
        </Button>
      </div>
    </div>
  );
}

function labelled(label: string): { "aria-label": string } {
  return { "aria-label": label };
}
