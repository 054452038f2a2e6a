import { type FormEvent, useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, TextArea } from "@/ui/Field.tsx";
import css from "./LostReasonDialog.module.css";

const REASONS = ["Price", "Competitor", "No budget", "No decision", "Missing feature", "Bad timing"];
const MAX_LENGTH = 200;

/** Asks why a deal was lost before it is moved there. */
export function LostReasonDialog({
  deal,
  onLost,
  onClose,
}: {
  deal: string;
  onLost: (reason: string) => void;
  onClose: () => void;
}) {
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onLost(reason.trim());
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Why was it lost?"
      description={deal}
      footer={
        <>
          <Button onClick={onClose}>Keep it open</Button>
          <Button
            type="submit"
            form="lost-reason"
            variant="danger"
            reason={reason.trim() === "" ? "Choose or write a reason first." : undefined}
          >
            Mark as lost
          </Button>
        </>
      }
    >
      <form id="lost-reason" onSubmit={submit} className={css.form}>
        <div className={css.chips} role="group" aria-label="Usual reasons">
          {REASONS.map((word) => (
            <button
              key={word}
              type="button"
              className={css.chip}
              aria-pressed={reason === word}
              onClick={() => setReason(word)}
            >
              {word}
            </button>
          ))}
        </div>
        <Field label="Reason" required>
          {(control) => (
            <TextArea
              {...control}
              rows={2}
              required
              maxLength={MAX_LENGTH}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
