import { useQueryClient } from "@tanstack/react-query";
import { ListRestart } from "lucide-react";
import { catalogQuery, type ObjectDef } from "@/api/catalog.ts";
import { request } from "@/api/client.ts";
import { Button } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { updateReason } from "../permissions.ts";
import { refresh } from "../writes.ts";

const PRESETS = [
  { name: "qualification", label: "New, contacted, qualified, lost or converted" },
  { name: "simple", label: "New, in progress, closed" },
];

/** The ready sets of lead statuses. */
export function StatusPresets({ object }: { object: ObjectDef }) {
  const client = useQueryClient();
  const use = async (preset: string) => {
    try {
      await request("/api/lead_statuses/preset", { method: "POST", body: { preset } });
      say("The statuses are in force", "Leads in other statuses keep them until somebody moves them.");
    } catch (thrown) {
      sayProblem("The statuses were not changed", thrown);
    }
    await Promise.all([refresh("lead_statuses"), client.invalidateQueries(catalogQuery)]);
  };
  const reason = updateReason(object);
  if (reason !== undefined)
    return (
      <Button icon={<ListRestart aria-hidden />} reason={reason}>
        Use a ready set
      </Button>
    );
  return (
    <Menu trigger={<Button icon={<ListRestart aria-hidden />}>Use a ready set</Button>}>
      {PRESETS.map(({ name, label }) => (
        <MenuItem key={name} onSelect={() => void use(name)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
