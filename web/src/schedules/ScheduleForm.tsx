import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Clock } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useNavigate } from "react-router";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { type CrmRecord, createRecord, updateRecord } from "@/api/records.ts";
import { formatChoice } from "@/format/format.ts";
import { links } from "@/links.ts";
import { mayChange } from "@/reports/saved.ts";
import { useThrottled } from "@/reports/useThrottled.ts";
import { Button } from "@/ui/Button.tsx";
import { Card } from "@/ui/Card.tsx";
import { Checkbox, Field, Input, Select } from "@/ui/Field.tsx";
import { Segments } from "@/ui/Segments.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { Recipients } from "./Recipients.tsx";
import { CADENCES, fieldsOf, FORMATS, previewQuery, type ScheduleDraft, SCHEDULES, WEEKDAYS } from "./schedule.ts";
import css from "./Schedules.module.css";
import { useSubjects } from "./useSubjects.ts";

const KINDS = [
  { value: "report", label: "Report" },
  { value: "dashboard", label: "Dashboard" },
] as const;
const REST_MS = 250;

export interface ScheduleFormProps {
  initial: ScheduleDraft;
  record: CrmRecord | null;
  after?: ReactNode;
}

/** What is sent, when and to whom, with the next runs beside it. */
export function ScheduleForm({ initial, record, after }: ScheduleFormProps) {
  const [draft, setDraft] = useState(initial);
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const { subjects } = useSubjects();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const set = (change: Partial<ScheduleDraft>) => setDraft({ ...draft, ...change });
  const choose = (subject: string) => {
    const title = subjects.find(({ id, kind }) => id === subject && kind === draft.subject_kind)?.title ?? "";
    const named = subjects.some(({ title }) => title === draft.name) || draft.name === "";
    set({ subject, ...(named ? { name: title } : {}) });
  };
  const save = async () => {
    const missing = missingParts(draft);
    setFaults(missing);
    if (Object.keys(missing).length > 0) return;
    setBusy(true);
    try {
      const kept = record
        ? await updateRecord(SCHEDULES, record, fieldsOf(draft))
        : await createRecord(SCHEDULES, { ...fieldsOf(draft), active: true });
      await queries.invalidateQueries({ queryKey: keys.table(SCHEDULES) });
      say("Saved", draft.name);
      if (!record) void navigate(links.schedule(kept.id), { replace: true });
    } catch (thrown) {
      const { fields } = asProblem(thrown);
      setFaults(fields);
      if (Object.keys(fields).length === 0) sayProblem("It could not be saved", thrown);
    } finally {
      setBusy(false);
    }
  };
  const fitting = subjects.filter(({ kind }) => kind === draft.subject_kind);
  return (
    <div className={css.page}>
      <Card title="What and when">
        <form
          className={css.form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Segments
            label="Kind"
            value={draft.subject_kind}
            options={KINDS}
            onChange={(kind) =>
              set({
                subject_kind: kind,
                subject: "",
                formats: draft.formats.filter((format) => FORMATS[kind].includes(format)),
              })
            }
          />
          <Field label={draft.subject_kind === "report" ? "Report" : "Dashboard"} required error={faults.subject}>
            {(control) => (
              <Select {...control} value={draft.subject} onChange={(event) => choose(event.target.value)}>
                <option value="">Choose one</option>
                <optgroup label="Ready">
                  {fitting
                    .filter(({ saved }) => !saved)
                    .map(({ id, title }) => (
                      <option key={id} value={id}>
                        {title}
                      </option>
                    ))}
                </optgroup>
                {fitting.some(({ saved }) => saved) && (
                  <optgroup label="Saved">
                    {fitting
                      .filter(({ saved }) => saved)
                      .map(({ id, title }) => (
                        <option key={id} value={id}>
                          {title}
                        </option>
                      ))}
                  </optgroup>
                )}
              </Select>
            )}
          </Field>
          <Field label="Name" required error={faults.name} help="Stands in the subject of the e-mail.">
            {(control) => (
              <Input
                {...control}
                value={draft.name}
                maxLength={200}
                onChange={(event) => set({ name: event.target.value })}
              />
            )}
          </Field>
          <Segments
            label="How often"
            value={draft.cadence}
            options={CADENCES}
            onChange={(cadence) => set({ cadence })}
          />
          <div className={css.row}>
            {draft.cadence === "weekly" && (
              <Field label="Day" error={faults.weekday}>
                {(control) => (
                  <Select
                    {...control}
                    value={draft.weekday}
                    onChange={(event) => set({ weekday: Number(event.target.value) })}
                  >
                    {WEEKDAYS.map((day, index) => (
                      <option key={day} value={index + 1}>
                        {day}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
            {draft.cadence === "monthly" && (
              <Field label="Day of the month" error={faults.day_of_month} help="The last day where a month is shorter.">
                {(control) => (
                  <Input
                    {...control}
                    type="number"
                    min={1}
                    max={31}
                    value={draft.day_of_month}
                    onChange={(event) => set({ day_of_month: Number(event.target.value) })}
                  />
                )}
              </Field>
            )}
            <Field label="Time" required error={faults.time_of_day}>
              {(control) => (
                <Input
                  {...control}
                  type="time"
                  value={draft.time_of_day}
                  onChange={(event) => set({ time_of_day: event.target.value })}
                />
              )}
            </Field>
            <TimeZone value={draft.time_zone} error={faults.time_zone} onValue={(time_zone) => set({ time_zone })} />
          </div>
          <fieldset className={css.checks}>
            <legend>Files</legend>
            {FORMATS[draft.subject_kind].map((format) => (
              <Checkbox
                key={format}
                label={format === "xlsx" ? "Excel (XLSX)" : format.toUpperCase()}
                checked={draft.formats.includes(format)}
                onChange={(event) =>
                  set({
                    formats: event.target.checked
                      ? [...draft.formats, format]
                      : draft.formats.filter((other) => other !== format),
                  })
                }
              />
            ))}
            {faults.formats && <p className={css.fault}>{faults.formats}</p>}
          </fieldset>
          <Recipients
            chosen={draft.recipients}
            error={faults.recipients}
            onChosen={(recipients) => set({ recipients })}
          />
          <div className={css.submit}>
            <Button onClick={() => void navigate(links.schedules())}>Cancel</Button>
            <Button
              type="submit"
              variant="primary"
              busy={busy}
              reason={record && !mayChange(record) ? "Only its owner can change it" : undefined}
            >
              {record ? "Save" : "Create schedule"}
            </Button>
          </div>
        </form>
      </Card>
      <div className={css.side}>
        <NextRuns draft={draft} />
        {after}
      </div>
    </div>
  );
}

function TimeZone({
  value,
  error,
  onValue,
}: {
  value: string;
  error: string | undefined;
  onValue: (zone: string) => void;
}) {
  const zones = Intl.supportedValuesOf("timeZone");
  const known = zones.includes(value) ? zones : [value, ...zones];
  return (
    <Field label="Time zone" required error={error}>
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onValue(event.target.value)}>
          {known.map((zone) => (
            <option key={zone} value={zone}>
              {zone.replaceAll("_", " ")}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function NextRuns({ draft }: { draft: ScheduleDraft }) {
  const { data, error } = useQuery(previewQuery(useThrottled(draft, REST_MS)));
  const form = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: knownZone(draft.time_zone),
    timeZoneName: "short",
  });
  return (
    <Card title="Next runs">
      {error ? (
        <p className={css.fault} role="alert">
          {asProblem(error)
            .refused.map(({ message }) => formatChoice(message))
            .join(". ") || asProblem(error).message}
        </p>
      ) : data ? (
        <ol className={css.runs} aria-label="Next runs">
          {data.next.map((at) => (
            <li key={at}>
              <Clock size={15} aria-hidden />
              <time dateTime={at}>{form.format(new Date(at))}</time>
            </li>
          ))}
        </ol>
      ) : (
        <p className={css.quiet}>Choose what to send, and the next three runs stand here.</p>
      )}
    </Card>
  );
}

function knownZone(zone: string): string {
  return Intl.supportedValuesOf("timeZone").includes(zone) ? zone : "UTC";
}

function missingParts(draft: ScheduleDraft): Record<string, string> {
  return {
    ...(draft.subject === "" ? { subject: `Choose a ${draft.subject_kind}` } : {}),
    ...(draft.name.trim() === "" ? { name: "Give it a name" } : {}),
    ...(draft.formats.length === 0 ? { formats: "Choose at least one kind of file" } : {}),
    ...(draft.recipients.length === 0 ? { recipients: "Choose at least one recipient" } : {}),
  };
}
