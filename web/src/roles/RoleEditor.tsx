import { useMutation } from "@tanstack/react-query";
import { Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { useBeforeUnload, useNavigate } from "react-router";
import { useCatalog } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { asProblem } from "@/api/problem.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, deleteRecord, textOf, updateRecord } from "@/api/records.ts";
import { formatChoice, formatCount } from "@/format/format.ts";
import { links } from "@/links.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Confirm } from "@/ui/Confirm.tsx";
import { say, sayProblem } from "@/ui/toast.tsx";
import { Matrix } from "./Matrix.tsx";
import { type Definition, definitionOf, differences, same } from "./roles.ts";
import css from "./RolesPage.module.css";

interface RoleEditorProps {
  /** A custom role to change; otherwise the preset is shown. */
  record?: CrmRecord;
  preset?: string;
  /** What differences are shown against. */
  base: Definition;
  people: number;
  onCopy: () => void;
  /** Why nothing can be changed. */
  reason: string | undefined;
}

/** What one role grants. Changes are kept here until they are saved. */
export function RoleEditor({ record, preset, base, people, onCopy, reason }: RoleEditorProps) {
  const { objects } = useCatalog();
  const navigate = useNavigate();
  const saved = record ? definitionOf(record) : base;
  const [draft, setDraft] = useState<Definition>();
  const [asked, setAsked] = useState<"save" | "delete">();
  const definition = draft ?? saved;
  const unsaved = draft !== undefined && !same(draft, saved, objects);
  useBeforeUnload((event) => {
    if (unsaved) event.preventDefault();
  });
  const name = record ? textOf(record, "name") : formatChoice(preset ?? "");
  const has = people === 0 ? "Nobody has this role." : `${formatCount(people, "person has", "people have")} this role.`;
  const refresh = () => queryClient.invalidateQueries({ queryKey: keys.table("roles") });
  const save = useMutation({
    mutationFn: async () => {
      if (record) await updateRecord("roles", record, { definition: JSON.parse(JSON.stringify(definition)) });
    },
    onSuccess: async () => {
      await refresh();
      setDraft(undefined);
      say(`${name} was saved`, people === 0 ? undefined : "It holds from now on, also for people who are signed in.");
    },
    onError: (thrown) => {
      const changed = asProblem(thrown).status === 412;
      sayProblem(
        changed ? "Somebody else changed this role meanwhile; look at it again" : `${name} was not saved`,
        thrown,
      );
    },
    onSettled: () => setAsked(undefined),
  });
  const remove = useMutation({
    mutationFn: async () => {
      if (record) await deleteRecord("roles", record);
    },
    onSuccess: async () => {
      await refresh();
      say(`${name} was deleted`);
      void navigate(links.roles());
    },
    onError: (thrown) => sayProblem(`${name} was not deleted`, thrown),
    onSettled: () => setAsked(undefined),
  });
  const different = differences(objects, definition, base);
  return (
    <section className={css.editor} aria-label={name}>
      <header className={css.head}>
        <div>
          <h2>{name}</h2>
          <p>
            {has}{" "}
            {record
              ? `Copied from ${formatChoice(textOf(record, "base"))}; ${formatCount(different, "difference", "differences")}.`
              : "A preset stays as it is: copy it to change what it grants."}
          </p>
        </div>
        <div className={css.verbs}>
          {unsaved && <Badge tone="warn">Not saved</Badge>}
          <Button icon={<Copy size={15} aria-hidden />} reason={reason} onClick={onCopy}>
            Copy
          </Button>
          {record && (
            <>
              <Button
                icon={<Trash2 size={15} aria-hidden />}
                reason={reason ?? (people > 0 ? `${has} Give them another one first.` : undefined)}
                onClick={() => setAsked("delete")}
              >
                Delete
              </Button>
              <Button reason={unsaved ? undefined : "Nothing was changed"} onClick={() => setDraft(undefined)}>
                Undo all
              </Button>
              <Button
                variant="primary"
                busy={save.isPending}
                reason={reason ?? (unsaved ? undefined : "Nothing was changed")}
                onClick={() => (people > 0 ? setAsked("save") : save.mutate())}
              >
                Save
              </Button>
            </>
          )}
        </div>
      </header>
      <Matrix
        objects={objects}
        definition={definition}
        base={base}
        {...(record && reason === undefined ? { onChange: setDraft } : {})}
      />
      <Confirm
        open={asked === "save"}
        title={`Change what ${formatCount(people, "person", "people")} may do?`}
        description={`${has} What you changed holds at once, also for those who are signed in now.`}
        verb="Save"
        busy={save.isPending}
        onConfirm={() => save.mutate()}
        onClose={() => setAsked(undefined)}
      />
      <Confirm
        open={asked === "delete"}
        title={`Delete ${name}?`}
        description="Nobody has it. It can be taken out of the bin again."
        verb="Delete"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsked(undefined)}
      />
    </section>
  );
}
