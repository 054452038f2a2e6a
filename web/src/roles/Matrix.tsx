import { ChevronRight } from "lucide-react";
import { Fragment, useState } from "react";
import type { ObjectDef } from "@/api/catalog.ts";
import { formatChoice, formatCount } from "@/format/format.ts";
import { Select } from "@/ui/Field.tsx";
import {
  ACTIONS,
  type Action,
  changedRules,
  choices,
  type Definition,
  reachOf,
  RULES,
  ruleOf,
  type Scope,
  withReach,
  withRule,
} from "./roles.ts";
import css from "./RolesPage.module.css";

const SCOPE_WORDS: Record<Scope, string> = { none: "None", own: "Own", team: "Team", all: "All" };
const RULE_WORDS = { hidden: "Hidden", masked: "Masked", read: "Read only", write: "Read and write" } as const;

interface MatrixProps {
  objects: readonly ObjectDef[];
  definition: Definition;
  base: Definition;
  /** Absent when it is only looked at. */
  onChange?: (definition: Definition) => void;
}

/** Objects down, actions across; what differs from the preset is marked. */
export function Matrix(props: MatrixProps) {
  const [open, setOpen] = useState<string>();
  return (
    <div className={css.scroller}>
      <table className={css.matrix}>
        <thead>
          <tr>
            <th scope="col">Records</th>
            {ACTIONS.map((action) => (
              <th key={action} scope="col">
                {formatChoice(action)}
              </th>
            ))}
            <th scope="col">Fields</th>
          </tr>
        </thead>
        <tbody>
          {props.objects.map((object) => (
            <Fragment key={object.name}>
              <ObjectRow
                {...props}
                object={object}
                open={open === object.name}
                onToggle={() => setOpen(open === object.name ? undefined : object.name)}
              />
              {open === object.name && <FieldRows {...props} object={object} />}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ObjectRow({
  object,
  definition,
  base,
  onChange,
  open,
  onToggle,
}: MatrixProps & { object: ObjectDef; open: boolean; onToggle: () => void }) {
  const ruled = object.fields.filter(({ name }) => ruleOf(definition, object, name) !== "write").length;
  const changed = changedRules(object, definition, base).length;
  const told = ruled === 0 ? "All" : formatCount(ruled, "rule", "rules");
  return (
    <tr>
      <th scope="row">{object.plural_label}</th>
      {ACTIONS.map((action) => (
        <Cell key={action} {...{ object, action, definition, base }} {...(onChange ? { onChange } : {})} />
      ))}
      <td data-changed={changed > 0 || undefined}>
        <button
          type="button"
          className={css.fields}
          aria-expanded={open}
          aria-label={`${told}: field rules of ${object.plural_label.toLowerCase()}`}
          onClick={onToggle}
        >
          <ChevronRight size={14} aria-hidden />
          {told}
        </button>
      </td>
    </tr>
  );
}

function Cell({
  object,
  action,
  definition,
  base,
  onChange,
}: Omit<MatrixProps, "objects"> & { object: ObjectDef; action: Action }) {
  const reach = reachOf(definition, object, action);
  const before = reachOf(base, object, action);
  const { scopes, reason } = choices(object, action);
  const label = `${formatChoice(action)} ${object.plural_label.toLowerCase()}`;
  const note = reach === before ? undefined : `The preset has ${SCOPE_WORDS[before].toLowerCase()}`;
  if (!onChange || reason)
    return (
      <td data-changed={note && onChange ? true : undefined} data-reach={reach} title={reason ?? note}>
        <span className={css.reach}>{SCOPE_WORDS[reach]}</span>
      </td>
    );
  return (
    <td data-changed={note ? true : undefined} data-reach={reach} title={note}>
      <Select
        aria-label={label}
        value={reach}
        onChange={(event) => {
          const chosen = scopes.find((scope) => scope === event.target.value);
          if (chosen) onChange(withReach(definition, object, action, chosen));
        }}
      >
        {(scopes.includes(reach) ? scopes : [...scopes, reach]).map((scope) => (
          <option key={scope} value={scope}>
            {SCOPE_WORDS[scope]}
          </option>
        ))}
      </Select>
    </td>
  );
}

function FieldRows({ object, definition, base, onChange }: MatrixProps & { object: ObjectDef }) {
  return (
    <tr className={css.rules}>
      <td colSpan={ACTIONS.length + 2}>
        <ul aria-label={`Fields of ${object.plural_label.toLowerCase()}`}>
          {object.fields.map((field) => {
            const rule = ruleOf(definition, object, field.name);
            const changed = rule !== ruleOf(base, object, field.name);
            const title = field.name === object.title;
            return (
              <li key={field.name} data-changed={changed || undefined} data-rule={rule}>
                <span>{field.label}</span>
                {onChange ? (
                  <Select
                    aria-label={`${field.label} of ${object.plural_label.toLowerCase()}`}
                    value={rule}
                    onChange={(event) => {
                      const chosen = RULES.find((candidate) => candidate === event.target.value);
                      if (chosen) onChange(withRule(definition, object, field.name, chosen));
                    }}
                  >
                    {RULES.filter((candidate) => candidate !== "hidden" || !title).map((candidate) => (
                      <option key={candidate} value={candidate}>
                        {RULE_WORDS[candidate]}
                      </option>
                    ))}
                  </Select>
                ) : (
                  <span className={css.reach}>{RULE_WORDS[rule]}</span>
                )}
              </li>
            );
          })}
        </ul>
      </td>
    </tr>
  );
}
