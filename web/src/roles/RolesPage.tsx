import { useQuery } from "@tanstack/react-query";
import { Plus, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Navigate, NavLink, useParams } from "react-router";
import { keys } from "@/api/keys.ts";
import { listRecords, textOf } from "@/api/records.ts";
import { useSession } from "@/api/session.ts";
import { formatChoice, formatCount } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { PageHeader } from "@/ui/PageHeader.tsx";
import { ProblemState } from "@/ui/ProblemState.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { CopyDialog } from "./CopyDialog.tsx";
import { RoleEditor } from "./RoleEditor.tsx";
import { permissionsQuery } from "./roles.ts";
import css from "./RolesPage.module.css";

const ALL_ROLES = { limit: 500, sort: "name" };

/** Every role: the presets to look at and copy, the custom ones to change. */
export default function RolesPage() {
  const { role = "" } = useParams();
  const permissions = useQuery(permissionsQuery);
  const roles = useQuery({
    queryKey: keys.list("roles", ALL_ROLES),
    queryFn: ({ signal }) => listRecords("roles", ALL_ROLES, signal),
  });
  const [copied, setCopied] = useState<string>();
  const looks = useSession()?.self !== undefined;
  const error = permissions.error ?? roles.error;
  if (error) return <ProblemState error={error} onRetry={() => void permissions.refetch()} />;
  if (!permissions.data || !roles.data) return <SkeletonRows count={8} />;
  const { presets, people, unusable } = permissions.data;
  if (role === "" && presets[0]) return <Navigate to={links.role(presets[0].name)} replace />;
  const custom = roles.data.items;
  const chosen = custom.find(({ id }) => id === role);
  const preset = presets.find(({ name }) => name === role);
  const base = chosen && presets.find(({ name }) => name === chosen.base);
  const reason = looks ? "This is a preview: nothing can be changed" : undefined;
  return (
    <>
      <PageHeader
        title="Roles"
        subtitle="What people may see and do: whose records each action reaches, and rules for single fields."
        actions={
          <Button
            variant="primary"
            icon={<Plus size={16} aria-hidden />}
            reason={reason}
            onClick={() => setCopied(preset?.name ?? (chosen ? textOf(chosen, "base") : "rep"))}
          >
            New role
          </Button>
        }
      />
      {unusable.map(({ name, people: count, problem }) => (
        <p key={name} className={css.broken} role="alert">
          <TriangleAlert size={16} aria-hidden />
          <span>
            <strong>{name}</strong>, the role of {formatCount(count, "person", "people")}: {problem}
          </span>
        </p>
      ))}
      <div className={css.page}>
        <nav className={css.roles} aria-label="Roles">
          <p>Presets</p>
          <ul>
            {presets.map(({ name }) => (
              <RoleLink key={name} to={links.role(name)} name={formatChoice(name)} people={people[name] ?? 0} />
            ))}
          </ul>
          <p>Custom roles</p>
          <ul>
            {custom.map((record) => (
              <RoleLink
                key={record.id}
                to={links.role(record.id)}
                name={textOf(record, "name")}
                people={people[textOf(record, "name")] ?? 0}
              />
            ))}
          </ul>
          {custom.length === 0 && <p className={css.none}>None yet. Copy a preset and change what differs.</p>}
        </nav>
        {chosen ? (
          <RoleEditor
            key={chosen.id}
            record={chosen}
            base={base?.definition ?? { objects: {} }}
            people={people[textOf(chosen, "name")] ?? 0}
            onCopy={() => setCopied(chosen.id)}
            reason={reason}
          />
        ) : preset ? (
          <RoleEditor
            key={preset.name}
            preset={preset.name}
            base={preset.definition}
            people={people[preset.name] ?? 0}
            onCopy={() => setCopied(preset.name)}
            reason={reason}
          />
        ) : (
          <EmptyState title="There is no such role">It was deleted, or the address is wrong.</EmptyState>
        )}
      </div>
      {copied !== undefined && (
        <CopyDialog from={copied} presets={presets} custom={custom} onClose={() => setCopied(undefined)} />
      )}
    </>
  );
}

function RoleLink({ to, name, people }: { to: string; name: string; people: number }) {
  return (
    <li>
      <NavLink to={to} className={css.role}>
        <span>{name}</span>
        <span className={css.count} aria-label={formatCount(people, "person", "people")}>
          {people}
        </span>
      </NavLink>
    </li>
  );
}
