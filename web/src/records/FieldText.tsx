import { Check, Lock } from "lucide-react";
import { Link } from "react-router";
import { type FieldDef, masked, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import {
  formatAge,
  formatChoice,
  formatDate,
  formatDay,
  formatJson,
  formatMoment,
  formatMoney,
  formatNumber,
} from "@/format/format.ts";
import { links } from "@/links.ts";
import { Avatar } from "@/ui/Avatar.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Skeleton } from "@/ui/Skeleton.tsx";
import css from "./FieldText.module.css";
import { ScoreBadge } from "./lead/ScoreBadge.tsx";
import { useTitle } from "./titles.ts";
import { toneOf } from "./tones.ts";

/** Text that is written as pick-lists are: `paid_search`. */
const WORDS = new Set(["source", "industry", "outcome", "lost_reason"]);

export interface FieldTextProps {
  object: ObjectDef;
  field: FieldDef;
  record: CrmRecord;
  /** In a row links are text, so that the row stays one target. */
  inRow?: boolean;
}

/** A value as people read it. */
export function FieldText({ object, field, record, inRow = false }: FieldTextProps) {
  const value = record[field.name] ?? null;
  if (masked(object, field.name))
    return (
      <span className={css.hidden}>
        <Lock size={12} aria-hidden />
        Hidden
      </span>
    );
  if (object.table === "leads" && field.name === "score") return <ScoreBadge record={record} />;
  if (value === null || value === "")
    return (
      <span className={css.none}>
        <span aria-hidden>–</span>
        <span className="visually-hidden">empty</span>
      </span>
    );
  const text = String(value);
  if (object.table === "users" && field.name === "role") return <Badge>{formatChoice(text)}</Badge>;
  switch (field.kind.type) {
    case "choice":
      return (
        <Badge tone={toneOf(text)} dot={toneOf(text) !== "neutral"}>
          {formatChoice(text)}
        </Badge>
      );
    case "money":
      return <span className="numeric">{formatMoney(text, textOf(record, "currency") || "USD")}</span>;
    case "integer":
    case "decimal":
      return (
        <span className="numeric">
          {/year/.test(field.name) ? text : formatNumber(text)}
          {field.name === "probability" ? "%" : ""}
        </span>
      );
    case "bool":
      return value === true ? (
        <>
          <Check size={15} className={css.yes} aria-hidden />
          <span className="visually-hidden">yes</span>
        </>
      ) : (
        <span className={css.none}>No</span>
      );
    case "date":
      return (
        <time dateTime={text} title={formatDate(text)} className={late(record, field.name) ? css.late : undefined}>
          {formatDay(text)}
        </time>
      );
    case "date_time":
      return (
        <time dateTime={text} title={formatMoment(text)} className={late(record, field.name) ? css.late : undefined}>
          {formatAge(text)}
        </time>
      );
    case "link":
      return <LinkedRecord objectName={field.kind.object} id={text} inRow={inRow} />;
    case "email":
      return inRow ? text : <a href={`mailto:${text}`}>{text}</a>;
    case "phone":
      return inRow ? text : <a href={`tel:${text.replaceAll(/\s/g, "")}`}>{text}</a>;
    case "url":
      return inRow || !/^https?:\/\//.test(text) ? (
        text
      ) : (
        <a href={text} target="_blank" rel="noreferrer">
          {text}
        </a>
      );
    case "json":
      return <span className={css.json}>{formatJson(value)}</span>;
    case "long_text":
      return <span className={inRow ? undefined : css.long}>{text}</span>;
    case "text":
      return WORDS.has(field.name) ? formatChoice(text) : text;
  }
}

export function LinkedRecord({ objectName, id, inRow = false }: { objectName: string; id: string; inRow?: boolean }) {
  const object = useCatalog().byName(objectName);
  const { title, loading } = useTitle(objectName, id);
  if (loading) return <Skeleton width={90} height={12} />;
  const text = title ?? "Not visible";
  const shown =
    objectName === "user" ? (
      <span className={css.person}>
        <Avatar name={text} size={20} />
        <span>{text}</span>
      </span>
    ) : (
      text
    );
  return inRow || !object || title === null ? shown : <Link to={links.record(object.table, id)}>{shown}</Link>;
}

/** Fields that say until when something open should be done. */
const DUE = new Set(["due_at", "expected_close_on"]);
const OPEN = new Set(["open", "in_progress"]);

function late(record: CrmRecord, field: string, now = Date.now()): boolean {
  // A follow-up is of a task that is open, whatever the record's own status.
  const counts = field === "follow_up_at" || (DUE.has(field) && OPEN.has(textOf(record, "status")));
  return counts && Date.parse(textOf(record, field)) < now;
}

/** Whether values of the field stand to the right, under each other. */
export function rightAligned(field: FieldDef): boolean {
  return ["money", "integer", "decimal"].includes(field.kind.type) && field.name !== "score";
}
