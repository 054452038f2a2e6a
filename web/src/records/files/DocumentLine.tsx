import {
  Download,
  Ellipsis,
  File,
  FileArchive,
  FileImage,
  FileSpreadsheet,
  FileText,
  FolderInput,
  History,
  Link2,
  type LucideIcon,
  Trash2,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { formatAge, formatCount } from "@/format/format.ts";
import { Badge } from "@/ui/Badge.tsx";
import { IconButton } from "@/ui/Button.tsx";
import { Menu, MenuItem, MenuSeparator } from "@/ui/Menu.tsx";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import { deleteDocument, type Document, linkTo, refreshDocuments, restoreDocument, saveDocument } from "./documents.ts";
import { EditDialog } from "./EditDialog.tsx";
import css from "./Files.module.css";
import { formatBytes, kindName } from "./kinds.ts";
import { Preview } from "./Preview.tsx";
import { VersionsDialog } from "./VersionsDialog.tsx";

const ICONS: Record<string, LucideIcon> = {
  PDF: FileText,
  "Text document": FileText,
  Text: FileText,
  Table: FileSpreadsheet,
  Image: FileImage,
  Archive: FileArchive,
};

/** One document with its verbs. */
export function DocumentLine({
  document,
  reason,
  where,
}: {
  document: Document;
  /** Why it cannot be changed. */
  reason?: string | undefined;
  /** Its record, in the list of all documents. */
  where?: ReactNode;
}) {
  const [open, setOpen] = useState<"preview" | "versions" | "edit" | null>(null);
  const close = () => setOpen(null);
  const Icon = ICONS[kindName(document.media_type)] ?? File;
  return (
    <li className={css.line}>
      <span className={css.icon} aria-hidden>
        <Icon />
      </span>
      <div className={css.what}>
        <button type="button" className={css.name} onClick={() => setOpen("preview")}>
          {document.name}
        </button>
        <span>
          {where}
          {document.folder && <Badge>{document.folder}</Badge>} {kindName(document.media_type)} ·{" "}
          {formatBytes(document.size_bytes)} · {document.uploaded_by_name} · {formatAge(document.uploaded_at)}
        </span>
      </div>
      <span className={css.meta}>
        {document.personal && <Badge tone="violet">Personal</Badge>}
        {document.version_count > 1 && (
          <button type="button" className={css.versions} onClick={() => setOpen("versions")}>
            {formatCount(document.version_count, "version", "versions")}
          </button>
        )}
      </span>
      <Menu
        trigger={
          <IconButton label={`More for ${document.name}`}>
            <Ellipsis aria-hidden />
          </IconButton>
        }
      >
        <MenuItem icon={<Download aria-hidden />} onSelect={() => void save(document)}>
          Download
        </MenuItem>
        <MenuItem icon={<Link2 aria-hidden />} onSelect={() => void copyLink(document)}>
          Copy a link for an hour
        </MenuItem>
        <MenuItem icon={<History aria-hidden />} onSelect={() => setOpen("versions")}>
          Versions
        </MenuItem>
        <MenuSeparator />
        <MenuItem icon={<FolderInput aria-hidden />} disabled={reason !== undefined} onSelect={() => setOpen("edit")}>
          Rename or move
        </MenuItem>
        <MenuItem
          danger
          icon={<Trash2 aria-hidden />}
          disabled={reason !== undefined}
          onSelect={() => void remove(document)}
        >
          Delete file
        </MenuItem>
      </Menu>
      {open === "preview" && <Preview document={document} onClose={close} />}
      {open === "versions" && <VersionsDialog document={document} reason={reason} onClose={close} />}
      {open === "edit" && <EditDialog document={document} onClose={close} />}
    </li>
  );
}

async function save(document: Document): Promise<void> {
  try {
    await saveDocument(document.id, document.number);
  } catch (thrown) {
    sayProblem(`“${document.name}” could not be downloaded`, thrown);
  }
}

async function copyLink(document: Document): Promise<void> {
  try {
    const { url } = await linkTo(document.id, document.number);
    await navigator.clipboard.writeText(new URL(url, window.location.origin).href);
    say("Link copied", "It opens this version for an hour, without signing in.");
  } catch (thrown) {
    sayProblem("There is no link", thrown);
  }
}

async function remove(document: Document): Promise<void> {
  try {
    await deleteDocument(document.id);
  } catch (thrown) {
    sayProblem(`“${document.name}” was not deleted`, thrown);
    return;
  }
  sayWithUndo(`“${document.name}” deleted`, () => {
    restoreDocument(document.id).then(refreshDocuments, (thrown: unknown) =>
      sayProblem(`“${document.name}” could not be brought back`, thrown),
    );
  });
  await refreshDocuments();
}
