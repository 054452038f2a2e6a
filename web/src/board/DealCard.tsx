import { useDraggable } from "@dnd-kit/core";
import { Clock } from "lucide-react";
import { Link } from "react-router";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { formatDay, formatMoney } from "@/format/format.ts";
import { links } from "@/links.ts";
import { LinkedRecord } from "@/records/FieldText.tsx";
import { useTitle } from "@/records/titles.ts";
import { Avatar } from "@/ui/Avatar.tsx";
import { classes } from "@/ui/classes.ts";
import css from "./Board.module.css";
import { daysInStage, overdue } from "./dealAge.ts";
import { useStuck } from "./stages.ts";

export function DealCard({ deal, reason }: { deal: CrmRecord; reason: string | undefined }) {
  const { setNodeRef, listeners, attributes, isDragging } = useDraggable({
    id: deal.id,
    disabled: reason !== undefined,
    attributes: { role: "group", roleDescription: "movable deal" },
  });
  return (
    <div
      ref={setNodeRef}
      {...listeners}
      {...attributes}
      aria-label={textOf(deal, "name")}
      title={reason}
      className={classes(css.card, isDragging && css.dragged)}
    >
      <CardFace deal={deal} />
    </div>
  );
}

/** What a card shows, in its column and under the pointer. */
export function CardFace({ deal, lifted = false }: { deal: CrmRecord; lifted?: boolean }) {
  const owner = textOf(deal, "owner_id") || null;
  const { title: ownerName } = useTitle("user", owner);
  const company = textOf(deal, "company_id");
  const due = textOf(deal, "expected_close_on");
  const open = deal.status === "open";
  const days = daysInStage(deal);
  const stuck = useStuck(deal);
  return (
    <div className={classes(css.face, lifted && css.lifted)}>
      <Link
        to={links.record("deals", deal.id)}
        className={css.name}
        draggable={false}
        tabIndex={lifted ? -1 : undefined}
      >
        {textOf(deal, "name")}
      </Link>
      {company && (
        <span className={css.company}>
          <LinkedRecord objectName="company" id={company} inRow />
        </span>
      )}
      <div className={css.line}>
        <strong className="numeric">
          {deal.amount === null ? "No amount" : formatMoney(textOf(deal, "amount"), textOf(deal, "currency"))}
        </strong>
        {ownerName && (
          <span title={ownerName}>
            <Avatar name={ownerName} size={20} />
            <span className="visually-hidden">{ownerName}</span>
          </span>
        )}
      </div>
      <div className={css.line}>
        <span
          className={classes(css.age, stuck && css.late)}
          title={stuck ? "Stuck: days in this stage" : "Days in this stage"}
        >
          <Clock size={12} aria-hidden />
          {days} d
        </span>
        {open && due && (
          <span className={overdue(deal) ? css.late : css.due} title="Expected close">
            {formatDay(due)}
          </span>
        )}
        {!open && deal.closed_on !== null && (
          <span className={css.due} title="Closed on">
            {formatDay(textOf(deal, "closed_on"))}
          </span>
        )}
      </div>
    </div>
  );
}
