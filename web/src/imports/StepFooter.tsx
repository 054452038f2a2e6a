import { Button } from "@/ui/Button.tsx";
import css from "./Imports.module.css";

export interface StepFooterProps {
  onBack?: () => void;
  onNext: () => void;
  verb?: string;
  busy?: boolean;
  reason?: string | undefined;
}

/** Back and on. */
export function StepFooter({ onBack, onNext, verb = "Continue", busy = false, reason }: StepFooterProps) {
  return (
    <footer className={css.footer}>
      {onBack && <Button onClick={onBack}>Back</Button>}
      <Button variant="primary" busy={busy} reason={reason} onClick={onNext}>
        {verb}
      </Button>
    </footer>
  );
}
