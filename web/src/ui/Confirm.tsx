import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

export interface ConfirmProps {
  open: boolean;
  title: string;
  description: string;
  verb: string;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before something that cannot be undone by a toast. */
export function Confirm({ open, title, description, verb, busy = false, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" busy={busy} onClick={onConfirm}>
            {verb}
          </Button>
        </>
      }
    >
      <p>{description}</p>
    </Dialog>
  );
}
