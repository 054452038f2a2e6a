import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { type FieldDef, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { formatCount, formatNumber } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import type { CustomField } from "./fields.ts";
import { kindText } from "./kinds.ts";
import type { CustomObject } from "./objects.ts";
import css from "./DataModel.module.css";

/** The fields of an object: those of your own first, with how often they are used. */
export function FieldTable({
  object,
  added,
  custom,
  fixed,
  onField,
  onObject,
}: {
  object: ObjectDef;
  added: readonly CustomField[];
  /** What else is known of an object of your own. */
  custom: CustomObject | undefined;
  fixed: boolean;
  onField: (verb: "change" | "delete", field: CustomField) => void;
  onObject: (verb: "rename" | "delete", object: CustomObject) => void;
}) {
  const standard = object.fields.filter(({ name }) => !name.startsWith("cf_"));
  return (
    <section className={css.card} aria-label={object.plural_label}>
      <header className={css.head}>
        <h2>{object.plural_label}</h2>
        <code>{object.table}</code>
        {custom && <Badge tone="accent">{formatCount(custom.records, "record", "records")}</Badge>}
        {custom && !fixed && (
          <Verbs
            name={object.plural_label}
            change="Rename"
            remove="Delete with its records"
            onChange={() => onObject("rename", custom)}
            onDelete={() => onObject("delete", custom)}
          />
        )}
      </header>
      <div className={css.scroller}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Name</th>
              <th scope="col">Holds</th>
              <th scope="col" aria-label="Properties" />
              <th scope="col" className={css.number}>
                Values
              </th>
              <th scope="col" aria-label="Verbs" />
            </tr>
          </thead>
          <tbody>
            {added.map((field) => (
              <tr key={field.id} className={css.own}>
                <Cells field={field} />
                <td className={css.number}>{formatNumber(field.values)}</td>
                <td className={css.verbs}>
                  {!fixed && (
                    <Verbs
                      name={field.label}
                      change="Change"
                      remove="Delete with its values"
                      onChange={() => onField("change", field)}
                      onDelete={() => onField("delete", field)}
                    />
                  )}
                </td>
              </tr>
            ))}
            {added.length === 0 && (
              <tr>
                <td colSpan={6} className={css.none}>
                  No fields of your own yet.
                </td>
              </tr>
            )}
            {standard.map((field) => (
              <tr key={field.name}>
                <Cells field={field} />
                <td />
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Cells({ field }: { field: FieldDef | CustomField }) {
  const catalog = useCatalog();
  return (
    <>
      <th scope="row">
        {field.label}
        {field.help && <span className={css.help}>{field.help}</span>}
      </th>
      <td>
        <code>{field.name}</code>
      </td>
      <td>{kindText(field.kind, catalog)}</td>
      <td className={css.marks}>
        {field.searchable && <Badge tone="info">Searched</Badge>}
        {field.personal && <Badge tone="warn">Personal</Badge>}
        {"required" in field && field.required && <Badge>Required</Badge>}
      </td>
    </>
  );
}

function Verbs({
  name,
  change,
  remove,
  onChange,
  onDelete,
}: {
  name: string;
  change: string;
  remove: string;
  onChange: () => void;
  onDelete: () => void;
}) {
  return (
    <Menu
      trigger={
        <IconButton label={`More for ${name}`} size="s">
          <Ellipsis aria-hidden />
        </IconButton>
      }
    >
      <MenuItem icon={<Pencil aria-hidden />} onSelect={onChange}>
        {change}
      </MenuItem>
      <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={onDelete}>
        {remove}
      </MenuItem>
    </Menu>
  );
}
