import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import type { ObjectDef } from "@/api/catalog.ts";
import { Problem } from "@/api/problem.ts";
import type { FieldValue } from "@/api/records.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import css from "./Duplicates.module.css";
import { type Duplicate, findDuplicates } from "./duplicatesApi.ts";

interface Asking {
  found: Duplicate[];
  answer: (create: boolean) => void;
}

/** Asks before a record is made that may be there already; throws when it is not to be made. */
export function useUnique(object: ObjectDef): {
  insist: (fields: Record<string, FieldValue>) => Promise<void>;
  dialog: ReactNode;
} {
  const [asking, setAsking] = useState<Asking | null>(null);
  const label = object.label.toLowerCase();
  const insist = async (fields: Record<string, FieldValue>) => {
    const found = await findDuplicates(object.table, fields);
    if (found.length === 0) return;
    const create = await new Promise<boolean>((answer) => setAsking({ found, answer }));
    setAsking(null);
    if (!create)
      throw new Problem(409, { title: "Nothing was created", detail: `This ${label} may be there already.` });
  };
  const close = (create: boolean) => asking?.answer(create);
  const dialog = asking && (
    <Dialog
      open
      onClose={() => close(false)}
      title={`This ${label} may be there already`}
      description="Open one of these instead, or create another one."
      footer={
        <>
          <Button onClick={() => close(false)}>Back</Button>
          <Button variant="primary" onClick={() => close(true)}>
            Create anyway
          </Button>
        </>
      }
    >
      <ul className={css.found}>
        {asking.found.map((duplicate) => (
          <li key={duplicate.id}>
            <Link to={links.record(object.table, duplicate.id)}>{duplicate.name}</Link>
            <span>{duplicate.details.join(" · ")}</span>
            <span className={css.reasons}>{duplicate.reasons.join(", ")}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
  return { insist, dialog };
}
