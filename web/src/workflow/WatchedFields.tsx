import { masked, type ObjectDef } from "@/api/catalog.ts";
import { formatCount } from "@/format/format.ts";
import { Checkbox } from "@/ui/Field.tsx";
import css from "./Workflow.module.css";

/** Fields of which one must have changed. */
export function WatchedFields({
  object,
  chosen,
  error,
  onChosen,
}: {
  object: ObjectDef;
  chosen: string[];
  error: string | undefined;
  onChosen: (names: string[]) => void;
}) {
  const fields = object.fields.filter(({ name }) => !masked(object, name) || chosen.includes(name));
  const gone = chosen.filter((name) => !fields.some((field) => field.name === name));
  return (
    <fieldset className={css.group}>
      <legend>An update counts only when one of these changed</legend>
      <div className={css.choices}>
        {[...fields, ...gone.map((name) => ({ name, label: name }))].map(({ name, label }) => (
          <Checkbox
            key={name}
            label={label}
            checked={chosen.includes(name)}
            onChange={(event) =>
              onChosen(event.target.checked ? [...chosen, name] : chosen.filter((other) => other !== name))
            }
          />
        ))}
      </div>
      {error ? (
        <p className={css.fault}>{error}</p>
      ) : (
        <p className={css.quiet}>
          {chosen.length === 0 ? "None chosen: every update counts" : formatCount(chosen.length, "field", "fields")}
        </p>
      )}
    </fieldset>
  );
}
