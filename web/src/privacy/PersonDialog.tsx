import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, UserRoundX } from "lucide-react";
import { useState } from "react";
import { useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { readRecord, textOf } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Checkbox, Field, TextArea } from "@/ui/Field.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { askErasure, type Erasure, exportPerson } from "./privacy.ts";
import css from "./Privacy.module.css";

/** What can be done for one person: give out what is held about them, or count it to erase it. */
export function PersonDialog({
  person,
  onClose,
  onAsked,
}: {
  person: { object: string; id: string };
  onClose: () => void;
  onAsked: (asked: Erasure) => void;
}) {
  const object = useCatalog().byName(person.object);
  const record = useQuery({
    queryKey: keys.record(object?.table ?? "", person.id),
    queryFn: ({ signal }) => readRecord(object?.table ?? "", person.id, signal),
    enabled: object !== undefined,
  });
  const [matches, setMatches] = useState(person.object !== "user");
  const [reason, setReason] = useState("");
  const body = { ...person, include_matches: matches };
  const give = useMutation({
    mutationFn: () => exportPerson(body),
    onSuccess: () => {
      say("The archive is being made; it appears among your jobs");
      onClose();
    },
    onError: (thrown) => sayProblem("It could not be exported", thrown),
  });
  const ask = useMutation({
    mutationFn: () => askErasure({ ...body, reason: reason.trim() || null }),
    onSuccess: onAsked,
  });
  const problem = ask.error ? asProblem(ask.error) : undefined;
  const name = record.data ? textOf(record.data, "name") : "";
  return (
    <Dialog
      open
      onClose={onClose}
      title={name ? `Personal data of ${name}` : "Personal data"}
      description="Give the person what is held about them, or count it to erase it. Counting erases nothing."
      footer={
        <>
          <Button icon={<Download aria-hidden />} busy={give.isPending} onClick={() => give.mutate()}>
            Export
          </Button>
          <Button variant="danger" icon={<UserRoundX aria-hidden />} busy={ask.isPending} onClick={() => ask.mutate()}>
            Count to erase
          </Button>
        </>
      }
    >
      <div className={css.form}>
        {person.object !== "user" && (
          <Checkbox
            label="Leads and contacts with the same e-mail, or the same phone and a like name, are this person"
            checked={matches}
            onChange={(event) => setMatches(event.target.checked)}
          />
        )}
        <Field
          label="Reason"
          help="Why it is erased. It stays in the proof, so it must not name the person."
          error={problem?.fields.reason}
        >
          {(control) => (
            <TextArea
              {...control}
              rows={2}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {problem && !problem.fields.reason && (
          <p className={css.fault} role="alert">
            {Object.values(problem.fields)[0] ?? problem.message}
          </p>
        )}
      </div>
    </Dialog>
  );
}
