import { Download, FileSpreadsheet, FileText, Table } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Menu, MenuItem } from "@/ui/Menu.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import { type ExportFormat, exportReport } from "./run.ts";
import type { ReportSpec } from "./spec.ts";

const FORMATS: readonly { format: ExportFormat; label: string; icon: typeof Table }[] = [
  { format: "csv", label: "CSV", icon: Table },
  { format: "xlsx", label: "Excel (XLSX)", icon: FileSpreadsheet },
  { format: "pdf", label: "PDF", icon: FileText },
];

/** Downloads the whole report, not only the rows of the preview. */
export function ExportMenu({ spec, asOf }: { spec: ReportSpec; asOf: string }) {
  const [busy, setBusy] = useState(false);
  const save = async (format: ExportFormat) => {
    setBusy(true);
    try {
      await exportReport(spec, asOf, format);
    } catch (thrown) {
      sayProblem("It could not be exported", thrown);
    } finally {
      setBusy(false);
    }
  };
  if (spec.values.length === 0)
    return (
      <Button
        icon={<Download size={15} aria-hidden />}
        reason="Add a measure first: an empty report has nothing to export"
      >
        Export
      </Button>
    );
  return (
    <Menu
      trigger={
        <Button icon={<Download size={15} aria-hidden />} busy={busy}>
          Export
        </Button>
      }
    >
      {FORMATS.map(({ format, label, icon: Icon }) => (
        <MenuItem key={format} icon={<Icon size={15} aria-hidden />} onSelect={() => void save(format)}>
          {label}
        </MenuItem>
      ))}
    </Menu>
  );
}
