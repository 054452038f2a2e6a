import { useDroppable } from "@dnd-kit/core";
import type { CrmRecord } from "@/api/records.ts";
import { formatMoneyCompact } from "@/format/format.ts";
import { classes } from "@/ui/classes.ts";
import css from "./Board.module.css";
import { DealCard } from "./DealCard.tsx";
import type { Stage } from "./stages.ts";

export function Column({
  stage,
  deals,
  reason,
  dragging,
}: {
  stage: Stage;
  deals: CrmRecord[];
  reason: string | undefined;
  dragging: boolean;
}) {
  const { setNodeRef, isOver } = useDroppable({ id: stage.id });
  const sum = deals.reduce((total, deal) => total + Number(deal.amount ?? 0), 0);
  const closed = stage.category !== "open";
  return (
    <section
      ref={setNodeRef}
      data-stage={stage.id}
      className={classes(css.column, dragging && css.target, isOver && css.over)}
      aria-label={`${stage.name}, ${deals.length} deals`}
    >
      <header className={css.head} data-category={stage.category}>
        <h2>{stage.name}</h2>
        <span className={css.number}>{deals.length}</span>
        <span className={css.sum} title={closed ? "Of the deals that closed last" : undefined}>
          {formatMoneyCompact(sum)}
        </span>
      </header>
      <ul className={css.cards}>
        {deals.map((deal) => (
          <li key={deal.id}>
            <DealCard deal={deal} reason={reason} />
          </li>
        ))}
        {deals.length === 0 && <li className={css.empty}>No deals</li>}
      </ul>
    </section>
  );
}
