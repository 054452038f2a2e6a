import { useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { systemFields } from "@/api/catalog.ts";
import type { CrmRecord } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { FieldText } from "../FieldText.tsx";
import { updateReason } from "../permissions.ts";
import { fieldGroups } from "./fieldGroups.ts";
import { InlineField } from "./InlineField.tsx";
import css from "./KeyFields.module.css";

/** The fields of a record, each edited in place. Empty ones are folded away. */
export function KeyFields({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const [everything, setEverything] = useState(false);
  const reason = record.deleted_at ? "It is deleted." : updateReason(object);
  const groups = fieldGroups(object).map((group) => ({
    ...group,
    fields: everything ? group.fields : group.fields.filter((field) => !empty(record, field.name)),
  }));
  return (
    <Card
      title="Details"
      actions={
        <Button size="s" variant="ghost" aria-pressed={everything} onClick={() => setEverything(!everything)}>
          {everything ? "Hide empty" : "Show empty"}
        </Button>
      }
    >
      {groups
        .filter((group) => group.fields.length > 0)
        .map((group) => (
          <section key={group.title} className={css.group}>
            {group.title !== "Details" && <h3>{group.title}</h3>}
            <dl>
              {group.fields.map((field) => (
                <div key={field.name} className={css.line}>
                  <dt title={field.help || undefined}>{field.label}</dt>
                  <dd>
                    <InlineField object={object} field={field} record={record} reason={reason} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      <dl className={css.system}>
        {systemFields.map((field) => (
          <div key={field.name} className={css.line}>
            <dt>{field.label}</dt>
            <dd>
              <FieldText object={object} field={field} record={record} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function empty(record: CrmRecord, name: string): boolean {
  const value = record[name] ?? null;
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}
