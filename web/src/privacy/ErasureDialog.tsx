import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { asProblem } from "@/api/problem.ts";
import { formatAge, formatNumber } from "@/format/format.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input } from "@/ui/Field.tsx";
import { confirmErasure, type Erasure, type Place, saveProof, working } from "./privacy.ts";
import { standing } from "./ErasureLine.tsx";
import css from "./Privacy.module.css";

/** What there is of a person, the confirmation by name, and in the end the proof. */
export function ErasureDialog({ erasure, onClose }: { erasure: Erasure; onClose: () => void }) {
  const [name, setName] = useState("");
  const form = useId();
  const confirm = useMutation({
    mutationFn: () => confirmErasure(erasure.id, name),
    onSuccess: () => setName(""),
  });
  const problem = confirm.error ? asProblem(confirm.error) : undefined;
  const waits = erasure.state !== "done" && !working(erasure);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    confirm.mutate();
  };
  const places = erasure.state === "asked" ? erasure.preview : erasure.places;
  return (
    <Dialog
      open
      onClose={onClose}
      shape="wide"
      title={standing(erasure).label}
      description={
        erasure.state === "asked"
          ? "This is what there is. The warehouse with its history, the search index and files of exports follow."
          : `Confirmed by ${erasure.confirmed_by_name ?? ""} ${erasure.confirmed_at ? formatAge(erasure.confirmed_at) : ""}`
      }
      footer={
        <>
          {erasure.proof !== undefined && erasure.proof !== null && (
            <Button icon={<Download aria-hidden />} onClick={() => saveProof(erasure)}>
              Save proof
            </Button>
          )}
          {waits && (
            <Button type="submit" form={form} variant="danger" busy={confirm.isPending}>
              {erasure.state === "asked" ? "Erase for good" : "Erase again"}
            </Button>
          )}
        </>
      }
    >
      <div className={css.form}>
        {erasure.remains.length > 0 && (
          <p className={css.fault} role="alert">
            Still found: {erasure.remains.map(({ place, count }) => `${place} (${count})`).join(", ")}. See to it, then
            erase again.
          </p>
        )}
        {erasure.job_message && waits && (
          <p className={css.fault} role="alert">
            {erasure.job_message}
          </p>
        )}
        <Places places={places} past={erasure.state !== "asked"} />
        {waits && (
          <form id={form} onSubmit={submit}>
            <Field
              label="Type the person's name to confirm"
              required
              help="Exactly as the record says. Nothing of this can be taken back."
              error={problem?.fields.name ?? problem?.message}
            >
              {(control) => (
                <Input
                  {...control}
                  required
                  autoComplete="off"
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
          </form>
        )}
      </div>
    </Dialog>
  );
}

function Places({ places, past }: { places: Place[]; past: boolean }) {
  if (places.length === 0) return null;
  return (
    <table className={css.places}>
      <thead>
        <tr>
          <th scope="col">Where</th>
          <th scope="col">{past ? "Removed" : "Will go"}</th>
          <th scope="col">{past ? "Emptied" : "Will be emptied"}</th>
          {past && <th scope="col">SHA-256</th>}
        </tr>
      </thead>
      <tbody>
        {places.map((place, at) => (
          <tr key={`${place.place} ${at}`}>
            <th scope="row">{place.place.replaceAll("_", " ")}</th>
            <td>{formatNumber(place.removed)}</td>
            <td>{formatNumber(place.changed)}</td>
            {past && <td title={place.sha256 ?? ""}>{place.sha256?.slice(0, 12) ?? "–"}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
