import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { RadioGroup } from "radix-ui";
import { useState } from "react";
import { keys } from "@/api/keys.ts";
import { createRecord } from "@/api/records.ts";
import { session } from "@/api/session.ts";
import { formatAge } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { classes } from "@/ui/classes.ts";
import { TextArea } from "@/ui/Field.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { FEEDBACK, feedbackQuery } from "./score.ts";
import css from "./ScoreCard.module.css";

const RATINGS = [1, 2, 3, 4, 5] as const;
const WORDS: Record<number, string> = { 1: "Poor", 2: "Weak", 3: "Fair", 4: "Good", 5: "Excellent" };
const REASONS: Record<"low" | "high", readonly string[]> = {
  low: ["no budget", "wrong contact", "not a fit", "no answer", "bad data", "too early"],
  high: ["has budget", "decision maker", "good fit", "answers fast", "urgent need", "knows us"],
};

/** What the person who works the lead thinks of it; training learns from these answers. */
export function LeadRating({ leadId }: { leadId: string }) {
  const { data } = useQuery(feedbackQuery(leadId));
  const queries = useQueryClient();
  const [rating, setRating] = useState<number>();
  const [reasons, setReasons] = useState<string[]>([]);
  const [comment, setComment] = useState("");
  const [busy, setBusy] = useState(false);
  const [thanked, setThanked] = useState(false);
  const mine = data?.find((feedback) => feedback.owner_id === session()?.user.id);
  const offered = REASONS[rating !== undefined && rating >= 3 ? "high" : "low"];
  const rate = (next: string) => {
    setThanked(false);
    setReasons([]);
    setRating(Number(next));
  };
  const send = async () => {
    if (rating === undefined) return;
    setBusy(true);
    try {
      await createRecord(FEEDBACK, { lead_id: leadId, rating, reasons, comment: comment.trim() || null });
      await queries.invalidateQueries({ queryKey: keys.table(FEEDBACK) });
      setThanked(true);
      setRating(undefined);
      setComment("");
    } catch (thrown) {
      sayProblem("Your rating could not be saved; it is still here", thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className={css.rating} aria-label="Rate this lead">
      <div className={css.question}>
        <h3 id={`rate-${leadId}`}>How good is this lead?</h3>
        <RadioGroup.Root className={css.stars} aria-labelledby={`rate-${leadId}`} orientation="horizontal" value={rating === undefined ? "" : String(rating)} onValueChange={rate}>
          {RATINGS.map((value) => (
            <RadioGroup.Item key={value} value={String(value)} aria-label={`${value}, ${WORDS[value]}`} title={WORDS[value]} className={classes(css.star, rating !== undefined && value <= rating && css.lit)}>
              <Star size={20} aria-hidden />
            </RadioGroup.Item>
          ))}
        </RadioGroup.Root>
      </div>
      {rating !== undefined && (
        <div className={css.more}>
          <div className={css.chips} role="group" aria-label="Why">
            {offered.map((reason) => (
              <button key={reason} type="button" className={css.chip} aria-pressed={reasons.includes(reason)} onClick={() => setReasons(reasons.includes(reason) ? reasons.filter((other) => other !== reason) : [...reasons, reason])}>{reason}</button>
            ))}
          </div>
          <TextArea rows={2} aria-label="Comment" placeholder="Anything else? (optional)" value={comment} maxLength={2_000} onChange={(event) => setComment(event.target.value)} />
          <Button variant="primary" busy={busy} onClick={() => void send()}>Send rating</Button>
        </div>
      )}
      <p className={css.thanks} role="status">
        {thanked ? "Thank you. The next training learns from your answer." : mine && rating === undefined ? `You rated it ${String(mine.rating)} of 5, ${formatAge(mine.created_at)}.` : ""}
      </p>
    </section>
  );
}
