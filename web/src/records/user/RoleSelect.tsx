import { useQuery } from "@tanstack/react-query";
import { keys } from "@/api/keys.ts";
import { listRecords, textOf } from "@/api/records.ts";
import { ROLES } from "@/api/session.ts";
import { formatChoice } from "@/format/format.ts";
import { type ControlProps, Select } from "@/ui/Field.tsx";

const ALL_ROLES = { limit: 500, sort: "name" };

/** The presets, and the roles that administrators made. */
export function RoleSelect({
  draft,
  onChange,
  control,
}: {
  draft: string;
  onChange: (draft: string) => void;
  control: Partial<ControlProps>;
}) {
  const roles = useQuery({
    queryKey: keys.list("roles", ALL_ROLES),
    queryFn: ({ signal }) => listRecords("roles", ALL_ROLES, signal),
  });
  const custom = (roles.data?.items ?? []).map((record) => textOf(record, "name"));
  const known = [...ROLES, ...custom];
  const gone = draft !== "" && !known.includes(draft) ? [draft] : [];
  return (
    <Select {...control} value={draft} onChange={(event) => onChange(event.target.value)}>
      <optgroup label="Presets">
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {formatChoice(role)}
          </option>
        ))}
      </optgroup>
      {custom.length > 0 && (
        <optgroup label="Custom roles">
          {custom.map((role) => (
            <option key={role} value={role}>
              {role}
            </option>
          ))}
        </optgroup>
      )}
      {gone.map((role) => (
        <option key={role} value={role}>
          {role}
        </option>
      ))}
    </Select>
  );
}
