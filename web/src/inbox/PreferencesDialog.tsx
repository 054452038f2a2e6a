import { useQuery } from "@tanstack/react-query";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Checkbox, Select } from "@/ui/Field.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { sayProblem } from "@/ui/toast.tsx";
import css from "./Inbox.module.css";
import { KINDS, type Preference, prefer, preferencesQuery } from "./notifications.ts";

const MAILS: { value: Preference["mail"]; label: string }[] = [
  { value: "off", label: "No mail" },
  { value: "at_once", label: "Mail at once" },
  { value: "daily", label: "Daily mail" },
];

/** What the person wants to hear of, and how; each choice is kept at once. */
export function PreferencesDialog({ onClose }: { onClose: () => void }) {
  const { data, error, refetch } = useQuery(preferencesQuery);
  return (
    <Dialog
      open
      onClose={onClose}
      shape="wide"
      title="What you hear of"
      description="Daily mail comes at eight in the morning, where you are."
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      {error && <ProblemState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <SkeletonRows count={6} />}
      <div className={css.kinds}>
        {data?.map((preference) => (
          <Choice key={preference.kind} preference={preference} />
        ))}
      </div>
    </Dialog>
  );
}

function Choice({ preference }: { preference: Preference }) {
  const { label, help } = KINDS[preference.kind] ?? { label: preference.kind, help: "" };
  const change = async (part: Partial<Preference>) => {
    try {
      await prefer({ ...preference, ...part });
    } catch (thrown) {
      sayProblem("Your choice was not kept", thrown);
    }
  };
  return (
    <div className={css.kind} role="group" aria-label={label}>
      <div>
        <strong>{label}</strong>
        <p>{help}</p>
      </div>
      <Checkbox
        label="Inbox"
        checked={preference.in_app}
        onChange={(event) => void change({ in_app: event.target.checked })}
      />
      <Select
        aria-label={`${label}: mail`}
        value={preference.mail}
        onChange={(event) => {
          const mail = MAILS.find(({ value }) => value === event.target.value)?.value;
          if (mail) void change({ mail });
        }}
      >
        {MAILS.map(({ value, label: words }) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
    </div>
  );
}
