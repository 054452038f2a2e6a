import { useMutation } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import type { Selected } from "@/api/jobs.ts";
import { asProblem } from "@/api/problem.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { focusFirstError } from "../form/focusFirstError.ts";
import { EMPTY_LETTER, faultsOf, startMailing } from "./letter.ts";
import { LetterFields } from "./LetterFields.tsx";

export interface MailDialogProps {
  object: ObjectDef;
  /** What is selected, in words. */
  many: string;
  selected: Selected;
  onStarted: () => void;
  onClose: () => void;
}

/** Writes the same to everybody who is selected, in a mail for each. */
export function MailDialog({ object, many, selected, onStarted, onClose }: MailDialogProps) {
  const [letter, setLetter] = useState(EMPTY_LETTER);
  const send = useMutation({
    mutationFn: () => startMailing(object.table, letter, selected),
    onSuccess: onStarted,
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    send.mutate(undefined, { onError: () => focusFirstError(form) });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      shape="wide"
      title={`Send e-mail to ${many}`}
      description={`A mail for each, with a link to unsubscribe at its end. ${object.plural_label} that withdrew their consent or have no address are left out and listed.`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="mass-mail" variant="primary" icon={<Send aria-hidden />} busy={send.isPending}>
            Send to {many}
          </Button>
        </>
      }
    >
      <form id="mass-mail" onSubmit={submit}>
        <LetterFields
          object={object}
          letter={letter}
          faults={send.error ? faultsOf(asProblem(send.error)) : {}}
          onChange={setLetter}
        />
      </form>
    </Dialog>
  );
}
