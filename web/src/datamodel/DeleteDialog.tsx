import { useMutation, useQuery } from "@tanstack/react-query";
import { asProblem } from "@/api/problem.ts";
import { formatCount } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { say } from "@/ui/toast.tsx";
import { refreshDataModel } from "./fields.ts";
import css from "./DataModel.module.css";

/** Counts before it deletes: what goes is what was shown. */
export function DeleteDialog({
  id,
  label,
  what,
  warning,
  count,
  remove,
  onClose,
  onDeleted,
}: {
  id: string;
  label: string;
  /** One and many of what is counted. */
  what: [string, string];
  /** What else follows. */
  warning: string;
  count: (id: string) => Promise<number>;
  remove: (id: string, seen: number) => Promise<void>;
  onClose: () => void;
  onDeleted?: () => void;
}) {
  const counted = useQuery({
    queryKey: ["data-model-count", id],
    queryFn: () => count(id),
    staleTime: 0,
    gcTime: 0,
  });
  const seen = counted.data;
  const deletion = useMutation({
    mutationFn: (number: number) => remove(id, number),
    onSuccess: async () => {
      onDeleted?.();
      onClose();
      await refreshDataModel();
      say(`${label} deleted`);
    },
    onError: () => void counted.refetch(),
  });
  const problem = deletion.error ?? counted.error;
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Delete ${label}?`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="danger"
            busy={deletion.isPending}
            reason={seen === undefined ? "It is being counted" : undefined}
            onClick={() => seen !== undefined && deletion.mutate(seen)}
          >
            {seen ? `Delete ${formatCount(seen, ...what)}` : "Delete"}
          </Button>
        </>
      }
    >
      <div className={css.form}>
        {seen === undefined ? (
          <p>It is being counted.</p>
        ) : (
          <p>
            <strong>{formatCount(seen, ...what)}</strong> {seen === 1 ? "goes" : "go"} for good, from reports of the
            past too. It cannot be taken back.
          </p>
        )}
        <p>{warning}</p>
        {problem && (
          <p className={css.fault} role="alert">
            {asProblem(problem).message}
          </p>
        )}
      </div>
    </Dialog>
  );
}
