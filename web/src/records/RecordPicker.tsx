import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { Check, ChevronsUpDown, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { listRecords, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import type { ControlProps } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import css from "./RecordPicker.module.css";
import { useTitle } from "./titles.ts";

const SHOWN = 30;

export interface RecordPickerProps {
  objectName: string;
  value: string | null;
  onChange: (id: string | null) => void;
  control?: Partial<ControlProps>;
  /** The accessible name where there is no label. */
  label?: string;
  required?: boolean;
}

/** Chooses one record of an object by searching for it. */
export function RecordPicker({ objectName, value, onChange, control, label, required = false }: RecordPickerProps) {
  const [open, setOpen] = useState(false);
  const { title } = useTitle(objectName, value);
  const shown = value ? (title ?? "…") : "Choose…";
  const choose = (id: string | null) => {
    onChange(id);
    setOpen(false);
  };
  return (
    <div className={css.picker}>
      <Popover
        label={label ?? "Choose a record"}
        open={open}
        onOpenChange={setOpen}
        width={300}
        trigger={
          <button
            type="button"
            {...control}
            {...(label ? { "aria-label": `${label}: ${shown}` } : {})}
            className={css.button}
          >
            <span className={value ? undefined : css.placeholder}>{shown}</span>
            <ChevronsUpDown size={14} aria-hidden />
          </button>
        }
      >
        <Choices objectName={objectName} chosen={value ? [value] : []} onChoose={choose} />
      </Popover>
      {value && !required && (
        <button type="button" className={css.clear} aria-label="Clear" onClick={() => choose(null)}>
          <X size={14} aria-hidden />
        </button>
      )}
    </div>
  );
}

/** The searchable records of an object. */
export function Choices({
  objectName,
  chosen,
  onChoose,
}: {
  objectName: string;
  chosen: readonly string[];
  onChoose: (id: string) => void;
}) {
  const object = useCatalog().byName(objectName);
  const me = useSession()?.user;
  const [text, setText] = useState("");
  const q = useDeferredValue(text.trim());
  const ask = { q, limit: SHOWN, sort: object?.title ?? "" };
  const found = useQuery({
    queryKey: keys.list(object?.table ?? "", ask),
    queryFn: ({ signal }) => listRecords(object?.table ?? "", ask, signal),
    enabled: object !== undefined,
    placeholderData: (before) => before,
  });
  const withMe = objectName === "user" && me !== undefined && q === "";
  return (
    <Command shouldFilter={false} label={`Search ${object?.plural_label ?? ""}`}>
      <Command.Input
        autoFocus
        className={css.search}
        value={text}
        onValueChange={setText}
        placeholder={`Search ${object?.plural_label.toLowerCase() ?? ""}`}
      />
      <Command.List className={css.list}>
        {withMe && <Choice id={me.id} title={`Me (${me.name})`} chosen={chosen} onChoose={onChoose} />}
        {found.error ? (
          <ProblemState error={found.error} compact />
        ) : (
          found.data?.items
            .filter((record) => !(withMe && record.id === me.id))
            .map((record) => (
              <Choice
                key={record.id}
                id={record.id}
                title={textOf(record, object?.title ?? "") || "Untitled"}
                chosen={chosen}
                onChoose={onChoose}
              />
            ))
        )}
        <Command.Empty className={css.empty}>{found.isLoading ? "Loading…" : "Nothing found."}</Command.Empty>
      </Command.List>
    </Command>
  );
}

function Choice({
  id,
  title,
  chosen,
  onChoose,
}: {
  id: string;
  title: string;
  chosen: readonly string[];
  onChoose: (id: string) => void;
}) {
  return (
    <Command.Item value={id} onSelect={() => onChoose(id)}>
      <span>{title}</span>
      {chosen.includes(id) && <Check size={14} aria-label="chosen" />}
    </Command.Item>
  );
}
