import { useCatalog } from "@/api/catalog.ts";
import { formatAge } from "@/format/format.ts";
import { Badge, type Tone } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { type Erasure, working } from "./privacy.ts";
import css from "./Privacy.module.css";

/** One request. */
export function ErasureLine({ erasure, onOpen }: { erasure: Erasure; onOpen: () => void }) {
  const object = useCatalog().byName(erasure.object);
  const { tone, label } = standing(erasure);
  return (
    <li className={css.line}>
      <div className={css.what}>
        <strong>
          {object?.label ?? erasure.object} {erasure.record_id.slice(-12)}
        </strong>
        <span>
          Asked by {erasure.requested_by_name} {formatAge(erasure.created_at)}
          {erasure.reason ? ` · ${erasure.reason}` : ""}
        </span>
      </div>
      <Badge tone={tone} dot>
        {label}
      </Badge>
      <Button size="s" onClick={onOpen}>
        {erasure.proof ? "Proof" : "Open"}
      </Button>
    </li>
  );
}

/** What has become of a request, in a word. */
export function standing(erasure: Erasure): { tone: Tone; label: string } {
  if (working(erasure)) {
    const steps = erasure.job_total ? ` ${erasure.job_done ?? 0} of ${erasure.job_total}` : "";
    return { tone: "info", label: `Erasing${steps}` };
  }
  switch (erasure.state) {
    case "asked":
      return { tone: "neutral", label: "To be confirmed" };
    case "confirmed":
      return { tone: "danger", label: "Stopped" };
    case "incomplete":
      return { tone: "warn", label: "Something is left" };
    case "done":
      return { tone: "good", label: "Erased" };
  }
}
