import { FolderPlus, Plus, X } from "lucide-react";
import { type Catalog, type ObjectDef, useCatalog } from "@/api/catalog.ts";
import { type FilterTest, OPERATORS } from "@/api/records.ts";
import { Button, IconButton } from "@/ui/Button.tsx";
import { Select } from "@/ui/Field.tsx";
import css from "./FilterGroup.module.css";
import { fieldAt, fieldChoices, sourceAt } from "./fieldPath.ts";
import { freshKey, type Group, isGroup, type Match, MAX_LEVELS, type Part } from "./filterTree.ts";
import { firstValue, ValueInput } from "./ValueInput.tsx";
import { operatorLabel, operatorsOf } from "./view.ts";

const MATCHES: { value: Match; label: string }[] = [
  { value: "all", label: "All of these" },
  { value: "any", label: "Any of these" },
  { value: "none", label: "None of these" },
];

interface GroupProps {
  object: ObjectDef;
  group: Group;
  level: number;
  onChange: (group: Group) => void;
  onRemove?: () => void;
}

/** A group of conditions and of further groups. */
export function FilterGroup({ object, group, level, onChange, onRemove }: GroupProps) {
  const catalog = useCatalog();
  const set = (key: string, part: Part | null) =>
    onChange({ ...group, parts: group.parts.flatMap((old) => (old.key === key ? (part ? [part] : []) : [old])) });
  const add = (part: Part) => onChange({ ...group, parts: [...group.parts, part] });
  return (
    <fieldset className={css.group}>
      <legend className="visually-hidden">Group of conditions, level {level}</legend>
      <div className={css.head}>
        <Select
          aria-label="How the conditions go together"
          value={group.match}
          onChange={(event) =>
            onChange({ ...group, match: MATCHES.find(({ value }) => value === event.target.value)?.value ?? "all" })
          }
        >
          {MATCHES.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
        {onRemove && (
          <IconButton label="Remove the group" size="s" onClick={onRemove}>
            <X aria-hidden />
          </IconButton>
        )}
      </div>
      {group.parts.map((part) =>
        isGroup(part) ? (
          <FilterGroup
            key={part.key}
            object={object}
            group={part}
            level={level + 1}
            onChange={(next) => set(part.key, next)}
            onRemove={() => set(part.key, null)}
          />
        ) : (
          <Condition
            key={part.key}
            object={object}
            test={part}
            onChange={(test) => set(part.key, { ...test, key: part.key })}
            onRemove={() => set(part.key, null)}
          />
        ),
      )}
      <div className={css.tools}>
        <Button size="s" icon={<Plus aria-hidden />} onClick={() => add(firstCondition(object, catalog))}>
          Condition
        </Button>
        <Button
          size="s"
          icon={<FolderPlus aria-hidden />}
          reason={level < MAX_LEVELS ? undefined : "Groups nest three levels deep."}
          onClick={() => add({ key: freshKey(), match: "any", parts: [firstCondition(object, catalog)] })}
        >
          Group
        </Button>
      </div>
    </fieldset>
  );
}

function Condition({
  object,
  test,
  onChange,
  onRemove,
}: {
  object: ObjectDef;
  test: FilterTest;
  onChange: (test: FilterTest) => void;
  onRemove: () => void;
}) {
  const catalog = useCatalog();
  const field = fieldAt(catalog, object, test.field);
  const dated = field?.kind.type === "date" || field?.kind.type === "date_time";
  const choices = fieldChoices(catalog, object);
  const known = choices.some(({ fields }) => fields.some(({ path }) => path === test.field));
  // What came from elsewhere may compare in a way that is not offered.
  const offered = operatorsOf(field);
  const operators = offered.includes(test.operator) ? offered : [test.operator, ...offered];
  const setField = (path: string) => {
    const next = fieldAt(catalog, object, path);
    const [operator = "is_empty"] = operatorsOf(next);
    onChange({ field: path, operator, value: firstValue(next, operator) });
  };
  return (
    <div className={css.condition}>
      <Select aria-label="Field" value={test.field} onChange={(event) => setField(event.target.value)}>
        {!known && <option value={test.field}>{test.field}</option>}
        {choices.map(({ label, fields }) => (
          <optgroup key={label} label={label}>
            {fields.map(({ path, label: name, hidden }) => (
              <option key={path} value={path} disabled={hidden}>
                {name}
                {hidden ? " (hidden from your role)" : ""}
              </option>
            ))}
          </optgroup>
        ))}
      </Select>
      <Select
        aria-label="Comparison"
        value={test.operator}
        onChange={(event) => {
          const operator = OPERATORS.find((candidate) => candidate === event.target.value) ?? "eq";
          onChange({ ...test, operator, value: firstValue(field, operator) });
        }}
      >
        {operators.map((operator) => (
          <option key={operator} value={operator}>
            {operatorLabel(operator, dated)}
          </option>
        ))}
      </Select>
      <div className={css.value}>
        {field && (
          <ValueInput
            field={field}
            source={sourceAt(catalog, object, test.field)}
            operator={test.operator}
            value={test.value}
            onChange={(value) => onChange({ ...test, value })}
          />
        )}
      </div>
      <IconButton label="Remove the condition" size="s" onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}

function firstCondition(object: ObjectDef, catalog: Catalog): Part {
  const [operator = "is_empty"] = operatorsOf(fieldAt(catalog, object, object.title));
  return { key: freshKey(), field: object.title, operator, value: "" };
}
