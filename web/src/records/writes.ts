/** Writes with what follows from them: fresh caches, toasts, undo. */
import { useMutation } from "@tanstack/react-query";
import type { ObjectDef } from "@/api/catalog.ts";
import { keys } from "@/api/keys.ts";
import { queryClient } from "@/api/queryClient.ts";
import { type CrmRecord, deleteRecord, type FieldValue, restoreRecord, textOf, updateRecord } from "@/api/records.ts";
import { say, sayProblem, sayWithUndo } from "@/ui/toast.tsx";

/** Changes fields of a record; the page shows them at once and takes them back on failure. */
export function useUpdate(object: ObjectDef, record: CrmRecord) {
  const key = keys.record(object.table, record.id);
  return useMutation({
    mutationFn: (fields: Record<string, FieldValue>) => {
      const latest = queryClient.getQueryData<CrmRecord>(key) ?? record;
      return updateRecord(object.table, { id: record.id, version: latest.version }, fields);
    },
    onMutate: async (fields) => {
      await queryClient.cancelQueries({ queryKey: key, exact: true });
      const before = queryClient.getQueryData<CrmRecord>(key);
      if (before) queryClient.setQueryData<CrmRecord>(key, { ...before, ...fields, version: before.version });
      return { before };
    },
    onError: (_error, _fields, context) => {
      if (context?.before) queryClient.setQueryData(key, context.before);
    },
    onSuccess: (saved) => queryClient.setQueryData(key, saved),
    onSettled: () => refresh(object.table),
  });
}

export async function deleteWithUndo(object: ObjectDef, record: CrmRecord): Promise<boolean> {
  const title = textOf(record, object.title) || object.label;
  try {
    await deleteRecord(object.table, record);
  } catch (thrown) {
    sayProblem(`“${title}” was not deleted`, thrown);
    return false;
  }
  sayWithUndo(`“${title}” deleted`, () => {
    restoreRecord(object.table, record.id).then(
      () => {
        say(`“${title}” is back`);
        return refresh(object.table);
      },
      (thrown: unknown) => sayProblem(`“${title}” could not be brought back`, thrown),
    );
  });
  await refresh(object.table);
  return true;
}

export function refresh(table: string): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: keys.table(table) });
}
