import { ArrowLeftRight, UserPlus } from "lucide-react";
import { useState } from "react";
import { type ObjectDef, useCatalog } from "@/api/catalog.ts";
import type { CrmRecord } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { updateReason } from "../permissions.ts";
import { ASSIGNABLE, AssignDialog } from "./AssignDialog.tsx";
import { HandoffDialog } from "./HandoffDialog.tsx";

/** Giving a record, or everything a person has, to somebody else. */
export function OwnerActions({ object, record }: { object: ObjectDef; record: CrmRecord }) {
  const [open, setOpen] = useState(false);
  const leads = useCatalog().byTable("leads");
  if (record.deleted_at) return null;
  if (object.table === "users")
    return (
      <>
        <Button
          icon={<ArrowLeftRight aria-hidden />}
          reason={leads && updateReason(leads)}
          onClick={() => setOpen(true)}
        >
          Hand over
        </Button>
        {open && <HandoffDialog person={record} onClose={() => setOpen(false)} />}
      </>
    );
  if (!ASSIGNABLE.has(object.table)) return null;
  return (
    <>
      <Button icon={<UserPlus aria-hidden />} reason={updateReason(object)} onClick={() => setOpen(true)}>
        Assign
      </Button>
      {open && <AssignDialog object={object} record={record} onClose={() => setOpen(false)} />}
    </>
  );
}
