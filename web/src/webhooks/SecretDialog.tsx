import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Input } from "@/ui/Field.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";

/** The secret of a webhook, shown once. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const copy = () => {
    navigator.clipboard.writeText(secret).then(
      () => say("Copied"),
      (thrown: unknown) => sayProblem("It could not be copied", thrown),
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="The secret of the webhook"
      description="It is shown this once. The receiver checks the signature of each call with it."
      footer={
        <>
          <Button onClick={copy}>Copy</Button>
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <Input readOnly aria-label="Secret" value={secret} onFocus={(event) => event.target.select()} />
    </Dialog>
  );
}
