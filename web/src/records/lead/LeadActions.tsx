import { ArrowRightLeft, RotateCcw } from "lucide-react";
import type { ObjectDef } from "@/api/catalog.ts";
import { type CrmRecord, textOf } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { updateReason } from "../permissions.ts";
import { refresh } from "../writes.ts";
import { undoConversion } from "./conversion.ts";

/** Converting a lead, or taking it back. */
export function LeadActions({
  object,
  record,
  onConvert,
}: {
  object: ObjectDef;
  record: CrmRecord;
  onConvert: () => void;
}) {
  const reason = updateReason(object);
  if (record.status !== "converted")
    return (
      <Button icon={<ArrowRightLeft aria-hidden />} reason={reason} onClick={onConvert}>
        Convert
      </Button>
    );
  return (
    <Button icon={<RotateCcw aria-hidden />} reason={reason} onClick={() => void takeBack(record.id)}>
      Take back
    </Button>
  );
}

/** Says that a lead was converted and offers to take it back. */
export function sayConverted(lead: CrmRecord): void {
  sayWithUndo(`“${textOf(lead, "name")}” converted`, () => void takeBack(lead.id));
}

async function takeBack(id: string): Promise<void> {
  try {
    const { kept } = await undoConversion(id);
    say(
      "The lead is open again",
      kept.length > 0 ? `Kept, because it was changed since: ${kept.join(", ")}.` : undefined,
    );
  } catch (thrown) {
    sayProblem("The conversion stays", thrown);
  }
  await Promise.all(["leads", "contacts", "companies", "deals"].map(refresh));
}
