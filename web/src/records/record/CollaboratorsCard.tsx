import { X } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { Avatar } from "@/ui/Avatar.tsx";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Select } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { updateReason } from "../permissions.ts";
import { RecordPicker } from "../RecordPicker.tsx";
import css from "./CollaboratorsCard.module.css";
import { type Collaborator, removeCollaborator, setCollaborator, SHARED, useCollaborators } from "./collaborators.ts";

/** Who works on a record beside its owner: they see it, and change it if they may. */
export function CollaboratorsCard({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  return SHARED.has(object.table) ? <People object={object} record={record} /> : null;
}

function People({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const people = useCollaborators(object.table, record.id);
  const me = useSession()?.user.id;
  if (people.error) return <ProblemState error={people.error} onRetry={() => void people.refetch()} />;
  const own = people.data?.some(({ user_id }) => user_id === me) === true && textOf(record, "owner_id") !== me;
  const reason = record.deleted_at
    ? "It is deleted."
    : own
      ? "Whoever owns it decides who else works on it."
      : updateReason(object);
  const remove = ({ user_id, name }: Collaborator) =>
    removeCollaborator(object.table, record.id, user_id).then(
      () => say(`${name ?? "They"} no longer work${name ? "s" : ""} on it`),
      (thrown: unknown) => sayProblem("Nobody was taken off", thrown),
    );
  return (
    <Card title="Collaborators">
      {people.data?.length === 0 && <p className={css.none}>Nobody works on it beside its owner.</p>}
      {people.data && people.data.length > 0 && (
        <ul className={css.people}>
          {people.data.map((person) => (
            <li key={person.user_id} className={css.person}>
              <Avatar name={person.name ?? "?"} />
              <span className={css.name}>{person.name ?? "Somebody"}</span>
              <AccessChoice object={object} record={record} person={person} reason={reason} />
              <IconButton
                label={`Take ${person.name ?? "them"} off`}
                size="s"
                reason={person.user_id === me ? undefined : reason}
                onClick={() => void remove(person)}
              >
                <X size={14} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      )}
      <Add object={object} record={record} reason={reason} />
    </Card>
  );
}

function AccessChoice({
  object,
  record,
  person,
  reason,
}: {
  object: ObjectDef;
  record: CrmRecord;
  person: Collaborator;
  reason: string | undefined;
}) {
  return (
    <Select
      aria-label={`What ${person.name ?? "they"} may do`}
      value={person.access}
      disabled={reason !== undefined}
      title={reason}
      onChange={(event) => {
        const access = event.target.value === "write" ? "write" : "read";
        setCollaborator(object.table, record.id, person.user_id, access).catch((thrown: unknown) =>
          sayProblem("What they may do was not changed", thrown),
        );
      }}
    >
      <option value="read">May read</option>
      <option value="write">May change</option>
    </Select>
  );
}

function Add({ object, record, reason }: { object: ObjectDef; record: CrmRecord; reason: string | undefined }) {
  const [person, setPerson] = useState<string | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (person === null || reason !== undefined) return;
    setCollaborator(object.table, record.id, person, "write").then(
      () => setPerson(null),
      (thrown: unknown) => sayProblem("Nobody was added", thrown),
    );
  };
  return (
    <form className={css.add} onSubmit={submit}>
      <RecordPicker objectName="user" value={person} onChange={setPerson} label="Collaborator" />
      <Button type="submit" reason={reason ?? (person === null ? "Choose somebody first." : undefined)}>
        Add
      </Button>
    </form>
  );
}
