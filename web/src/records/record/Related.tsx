import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { Link, useNavigate } from "react-router";
import { fieldOf, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, listRecords, textOf } from "@/api/records.ts";
import { links } from "@/links.ts";
import { IconButton } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { FieldText } from "../FieldText.tsx";
import { createReason } from "../permissions.ts";
import css from "./Related.module.css";

/** What is shown of records that link to a record, by its table. */
const RELATED: Record<string, [table: string, facts: string[]][]> = {
  companies: [
    ["deals", ["amount", "status"]],
    ["contacts", ["job_title"]],
    ["orders", ["status"]],
  ],
  contacts: [
    ["deals", ["amount", "status"]],
    ["tasks", ["due_at", "status"]],
  ],
  leads: [
    ["lead_contacts", ["contact_id", "is_primary"]],
    ["deals", ["amount", "status"]],
    ["tasks", ["due_at", "status"]],
  ],
  deals: [
    ["deal_items", ["quantity", "amount"]],
    ["tasks", ["due_at", "status"]],
    ["orders", ["status"]],
  ],
  teams: [["users", ["role"]]],
  pipelines: [["stages", ["position", "category"]]],
  orders: [["order_items", ["quantity", "amount"]]],
};
const SHOWN = 6;

export function Related({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const catalog = useCatalog();
  return (RELATED[object.table] ?? []).map(([table, facts]) => {
    const other = catalog.byTable(table);
    const link = other?.fields.find((field) => field.kind.type === "link" && field.kind.object === object.name)?.name;
    return other && link && <RelatedList key={table} object={other} link={link} id={record.id} facts={facts} />;
  });
}

function RelatedList({ object, link, id, facts }: { object: ObjectDef; link: string; id: string; facts: string[] }) {
  const ask = { filters: [{ field: link, operator: "eq" as const, value: id }], limit: SHOWN, total: true };
  const list = useQuery({
    queryKey: keys.list(object.table, ask),
    queryFn: ({ signal }) => listRecords(object.table, ask, signal),
  });
  const navigate = useNavigate();
  const items = list.data?.items ?? [];
  const total = list.data?.total ?? items.length;
  return (
    <Card
      title={`${object.plural_label}${total > 0 ? ` (${total})` : ""}`}
      actions={
        <IconButton
          size="s"
          label={`New ${object.label.toLowerCase()}`}
          reason={createReason(object)}
          onClick={() => void navigate(links.create(object.table, { [link]: id }))}
        >
          <Plus aria-hidden />
        </IconButton>
      }
    >
      {list.error ? (
        <p className={css.none}>Could not be loaded.</p>
      ) : (
        items.length === 0 && !list.isLoading && <p className={css.none}>None.</p>
      )}
      <ul className={css.list}>
        {items.map((record) => (
          <li key={record.id}>
            <Link to={links.record(object.table, record.id)}>{textOf(record, object.title) || object.label}</Link>
            {facts.map((name) => {
              const field = fieldOf(object, name);
              return (
                field && (
                  <span key={name} className={css.fact}>
                    <FieldText object={object} field={field} record={record} inRow />
                  </span>
                )
              );
            })}
          </li>
        ))}
      </ul>
      {total > items.length && (
        <Link className={css.all} to={links.list(object.table, { [`filter[${link}][in]`]: id })}>
          Show all {total}
        </Link>
      )}
    </Card>
  );
}
