import { useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import type { FilterTree } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { FilterGroup } from "./FilterGroup.tsx";
import { type Group, groupOf, treeFrom } from "./filterTree.ts";

/** Builds groups of conditions on the records and on what they are linked to. */
export function AdvancedFilter({
  object,
  tree,
  onApply,
  onClose,
}: {
  object: ObjectDef;
  tree: FilterTree | null;
  onApply: (tree: FilterTree | null) => void;
  onClose: () => void;
}) {
  const [group, setGroup] = useState<Group>(() => groupOf(tree));
  const apply = () => {
    onApply(treeFrom(group));
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      shape="wide"
      title="Advanced filter"
      description={`Shows ${object.plural_label.toLowerCase()} for which this holds. Conditions without a value are left out.`}
      footer={
        <>
          <Button onClick={() => setGroup(groupOf(null))}>Start over</Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" onClick={apply}>
            Apply
          </Button>
        </>
      }
    >
      <FilterGroup object={object} group={group} level={1} onChange={setGroup} />
    </Dialog>
  );
}
