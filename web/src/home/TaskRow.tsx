import { Link } from "react-router";
import { type CrmRecord, textOf, updateRecord } from "@/api/records.ts";
import { formatAge } from "@/format/format.ts";
import { links } from "@/links.ts";
import { LinkedRecord } from "@/records/FieldText.tsx";
import { toneOf } from "@/records/tones.ts";
import { refresh } from "@/records/writes.ts";
import { Badge } from "@/ui/Badge.tsx";
import { sayProblem, sayWithUndo } from "@/ui/toast.tsx";
import css from "./Home.module.css";

const SUBJECTS = ["deal", "lead", "contact", "company"];

/** A task that is ticked off in place. */
export function TaskRow({ task }: { task: CrmRecord }) {
  const name = textOf(task, "name");
  const subject = SUBJECTS.find((object) => textOf(task, `${object}_id`));
  const due = textOf(task, "due_at");
  const late = due !== "" && isPast(due);
  const complete = async () => {
    try {
      const done = await updateRecord("tasks", task, { status: "done" });
      sayWithUndo(`“${name}” done`, () => {
        updateRecord("tasks", done, { status: task.status ?? "open" }).then(
          () => refresh("tasks"),
          (thrown: unknown) => sayProblem("The task stays done", thrown),
        );
      });
    } catch (thrown) {
      sayProblem("The task was not completed", thrown);
    }
    await refresh("tasks");
  };
  return (
    <div className={css.row}>
      <input
        type="checkbox"
        className={css.tick}
        aria-label={`Done: ${name}`}
        checked={false}
        onChange={() => void complete()}
      />
      <div className={css.main}>
        <Link to={links.record("tasks", task.id)}>{name}</Link>
        {subject && (
          <span>
            <LinkedRecord objectName={subject} id={textOf(task, `${subject}_id`)} inRow />
          </span>
        )}
      </div>
      {task.priority === "high" && <Badge tone={toneOf("high")}>High</Badge>}
      <time dateTime={due} className={late ? css.late : css.when}>
        {formatAge(due)}
      </time>
    </div>
  );
}

function isPast(moment: string): boolean {
  return Date.parse(moment) < Date.now();
}
