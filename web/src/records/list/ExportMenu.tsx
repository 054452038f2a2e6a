import { Download, FileSpreadsheet, Rows3, Table } from "lucide-react";
import { useState } from "react";
import { masked, type ObjectDef } from "@/api/catalog.ts";
import { type ExportFormat, startExport } from "@/api/jobs.ts";
import { listParameters } from "@/api/records.ts";
import { Button } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import type { ListView } from "./view.ts";

const FORMATS: readonly { format: ExportFormat; label: string; icon: typeof Table }[] = [
  { format: "csv", label: "CSV", icon: Table },
  { format: "xlsx", label: "Excel (XLSX)", icon: FileSpreadsheet },
  { format: "parquet", label: "Parquet", icon: Rows3 },
];

export interface ExportMenuProps {
  object: ObjectDef;
  view: ListView;
  /** Only these; otherwise everything that matches. */
  ids?: string[] | undefined;
  variant?: "secondary" | "ghost";
}

/** Takes the list away as a file, with its columns, order and filters. */
export function ExportMenu({ object, view, ids, variant = "secondary" }: ExportMenuProps) {
  const [busy, setBusy] = useState(false);
  const start = async (format: ExportFormat) => {
    setBusy(true);
    try {
      const columns = view.columns.filter((name) => !masked(object, name));
      const query = listParameters({ q: view.q, filters: view.filters, tree: view.tree, sort: view.sort }).toString();
      await startExport(object.table, { format, columns, query, ...(ids ? { ids } : {}) });
      say("The export has started", "It can be downloaded from the list sign at the top when it is ready.");
    } catch (thrown) {
      sayProblem("It was not exported", thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu
      trigger={
        <Button variant={variant} size="s" icon={<Download aria-hidden />} busy={busy}>
          Export
        </Button>
      }
    >
      {FORMATS.map(({ format, label, icon: Icon }) => (
        <MenuItem key={format} icon={<Icon size={15} aria-hidden />} onSelect={() => void start(format)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
