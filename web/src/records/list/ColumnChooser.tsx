import { ArrowDown, ArrowUp, Columns3 } from "lucide-react";
import { fieldOf, type ObjectDef, systemFields } from "@/api/catalog.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Checkbox } from "@/ui/Field.tsx";
import { Popover } from "@/ui/Popover.tsx";
import css from "./ColumnChooser.module.css";
import { defaultColumns } from "./view.ts";

/** Which columns the list shows, and in which order. */
export function ColumnChooser({
  object,
  columns,
  onChange,
}: {
  object: ObjectDef;
  columns: string[];
  onChange: (columns: string[]) => void;
}) {
  const shown = columns.map((name) => fieldOf(object, name)).filter((field) => field !== undefined);
  const others = [...object.fields, ...systemFields].filter((field) => !columns.includes(field.name));
  const move = (position: number, by: number) => {
    const next = [...columns];
    const [name] = next.splice(position, 1);
    if (name !== undefined) next.splice(position + by, 0, name);
    onChange(next);
  };
  return (
    <Popover
      label="Columns"
      align="end"
      width={270}
      trigger={
        <Button variant="ghost" size="s" icon={<Columns3 aria-hidden />}>
          Columns
        </Button>
      }
    >
      <ul className={css.list} aria-label="Shown columns">
        {shown.map((field, position) => (
          <li key={field.name}>
            <Checkbox
              label={field.label}
              checked
              disabled={columns.length === 1}
              onChange={() => onChange(columns.filter((name) => name !== field.name))}
            />
            <span className={css.moves}>
              <IconButton
                size="s"
                label={`Move ${field.label} up`}
                disabled={position === 0}
                onClick={() => move(position, -1)}
              >
                <ArrowUp aria-hidden />
              </IconButton>
              <IconButton
                size="s"
                label={`Move ${field.label} down`}
                disabled={position === shown.length - 1}
                onClick={() => move(position, 1)}
              >
                <ArrowDown aria-hidden />
              </IconButton>
            </span>
          </li>
        ))}
      </ul>
      <ul className={css.list} aria-label="Other columns">
        {others.map((field) => (
          <li key={field.name}>
            <Checkbox label={field.label} checked={false} onChange={() => onChange([...columns, field.name])} />
          </li>
        ))}
      </ul>
      <div className={css.foot}>
        <Button variant="ghost" size="s" onClick={() => onChange(defaultColumns(object))}>
          As usual
        </Button>
      </div>
    </Popover>
  );
}
