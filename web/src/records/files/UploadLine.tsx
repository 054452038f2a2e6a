import { FileUp, X } from "lucide-react";
import { IconButton } from "@/ui/Button.tsx";
import css from "./Files.module.css";
import type { Upload } from "./useUploads.ts";

/** A file on its way, or why it did not arrive. */
export function UploadLine({ upload }: { upload: Upload }) {
  const percent = Math.round(upload.part * 100);
  return (
    <li className={css.line}>
      <span className={css.icon} aria-hidden>
        <FileUp />
      </span>
      <div className={css.what}>
        <strong>{upload.name}</strong>
        {upload.failed ? (
          <span className={css.failed} role="alert">
            {upload.failed}
          </span>
        ) : (
          <progress max={1} value={upload.part} aria-label={`Uploading ${upload.name}`}>
            {percent} %
          </progress>
        )}
      </div>
      <span className={css.meta}>{upload.failed ? "" : `${percent} %`}</span>
      <IconButton label={upload.failed ? `Dismiss ${upload.name}` : `Cancel ${upload.name}`} onClick={upload.cancel}>
        <X aria-hidden />
      </IconButton>
    </li>
  );
}
