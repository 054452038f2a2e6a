import { type CrmRecord, textOf } from "@/api/records.ts";
import css from "./Mail.module.css";
import { consentWithdrawn } from "./recipient.ts";

/** To whom a mail goes, or why it does not, and what they think of mails. */
export function RecipientNote({ record, reason }: { record: CrmRecord; reason: string | undefined }) {
  return (
    <>
      <p className={css.to}>
        {reason ?? (
          <>
            To <strong>{textOf(record, "email")}</strong>
          </>
        )}
      </p>
      {consentWithdrawn(record) && (
        <p className={css.quiet}>They do not want mass mail; write only what concerns them.</p>
      )}
    </>
  );
}
