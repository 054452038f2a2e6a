import { useMutation, useQuery } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { type CrmRecord, createRecord, listRecords } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { formatAge, formatChoice } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { TextArea } from "@/ui/Field.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { createReason } from "../permissions.ts";
import { refresh } from "../writes.ts";
import css from "./RatingCard.module.css";

const TABLE = "lead_feedback";
const RATINGS = [
  { value: 1, word: "Poor" },
  { value: 2, word: "Weak" },
  { value: 3, word: "Fair" },
  { value: 4, word: "Good" },
  { value: 5, word: "Excellent" },
];
/** The words that the server takes. */
const GOOD_REASONS = ["urgent_need", "budget_confirmed", "decision_maker", "good_fit"];
const POOR_REASONS = ["no_budget", "wrong_contact", "not_interested", "bad_timing", "bad_data"];

/** How good the rep finds the lead; the model learns from it. */
export function RatingCard({ record }: { record: CrmRecord }) {
  const object = useCatalog().byTable(TABLE);
  const me = useSession()?.user.id;
  const [rating, setRating] = useState(0);
  const [reasons, setReasons] = useState<string[]>([]);
  const [comment, setComment] = useState("");
  const ask = {
    filters: [{ field: "lead_id", operator: "eq" as const, value: record.id }],
    sort: "-created_at",
    limit: 20,
  };
  const earlier = useQuery({
    queryKey: keys.list(TABLE, ask),
    queryFn: ({ signal }) => listRecords(TABLE, ask, signal),
  });
  const mine = earlier.data?.items.find((feedback) => feedback.owner_id === me);
  const given = Number(mine?.rating ?? 0);
  const save = useMutation({
    mutationFn: () => createRecord(TABLE, { lead_id: record.id, rating, reasons, comment: comment.trim() || null }),
    onSuccess: () => {
      say("Rating saved", "The scoring model learns from it.");
      setRating(0);
      setReasons([]);
      setComment("");
      return Promise.all([refresh(TABLE), refresh("leads")]);
    },
    onError: (thrown) => sayProblem("The rating was not saved", thrown),
  });
  const reason = object ? createReason(object) : "Ratings are not part of this workspace.";
  const toggle = (word: string) =>
    setReasons(reasons.includes(word) ? reasons.filter((other) => other !== word) : [...reasons, word]);
  const offered =
    rating === 0
      ? []
      : rating >= 4
        ? GOOD_REASONS
        : rating <= 2
          ? POOR_REASONS
          : [...GOOD_REASONS.slice(0, 3), ...POOR_REASONS.slice(0, 3)];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Card title="How good is this lead?">
      <form onSubmit={submit} className={css.form}>
        <div className={css.stars} role="radiogroup" aria-label="Rating, 1 poor to 5 excellent">
          {RATINGS.map(({ value, word }) => (
            <label key={value} className={css.star} data-on={value <= (rating || given)} title={word}>
              <input
                type="radio"
                name="rating"
                value={value}
                checked={rating === value}
                disabled={reason !== undefined}
                onChange={() => setRating(value)}
                aria-label={`${value}, ${word}`}
              />
              <Star aria-hidden />
            </label>
          ))}
          <span className={css.word}>
            {RATINGS[rating - 1]?.word ??
              (mine ? `You gave ${String(mine.rating)} ${formatAge(mine.created_at)}` : "Not rated by you yet")}
          </span>
        </div>
        {reason && <p className={css.reason}>{reason}</p>}
        {rating > 0 && (
          <>
            <div className={css.chips} role="group" aria-label="Reasons">
              {offered.map((word) => (
                <button
                  key={word}
                  type="button"
                  className={css.chip}
                  aria-pressed={reasons.includes(word)}
                  onClick={() => toggle(word)}
                >
                  {formatChoice(word)}
                </button>
              ))}
            </div>
            <TextArea
              rows={2}
              aria-label="Comment"
              placeholder="What did you learn? (optional)"
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
            <div className={css.actions}>
              <Button size="s" variant="ghost" onClick={() => setRating(0)}>
                Cancel
              </Button>
              <Button size="s" type="submit" variant="primary" busy={save.isPending}>
                Save rating
              </Button>
            </div>
          </>
        )}
      </form>
    </Card>
  );
}
