import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { textOf } from "@/api/records.ts";
import { modelQuery } from "@/reports/model.ts";
import { openedQuery, readyQuery, savedQuery } from "@/reports/saved.ts";
import { valueId } from "@/reports/spec.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field, Input, Select } from "@/ui/Field.tsx";
import { isFigure, KIND_WORDS, TILE_KINDS, type TileDefinition } from "./definition.ts";
import css from "./DashboardEditPage.module.css";

export type TileFacts = Pick<TileDefinition, "title" | "kind" | "report"> & { measure?: string; target?: string };

/** Which report a tile shows, and how. */
export function TileDialog({
  tile,
  onPut,
  onClose,
}: {
  tile: TileDefinition | null;
  onPut: (facts: TileFacts) => void;
  onClose: () => void;
}) {
  const own = tile && typeof tile.report !== "string" ? tile.report : undefined;
  const [report, setReport] = useState(tile && typeof tile.report === "string" ? tile.report : "");
  const [kind, setKind] = useState(tile?.kind ?? "auto");
  const [title, setTitle] = useState(tile?.title ?? "");
  const [measure, setMeasure] = useState(tile?.measure ?? "");
  const [target, setTarget] = useState(tile?.target ?? "");
  const { data: ready } = useQuery(readyQuery);
  const { data: saved } = useQuery(savedQuery);
  const { data: model } = useQuery(modelQuery);
  const { data: opened } = useQuery({ ...openedQuery(report || undefined), enabled: report !== "" });
  const values = (own ?? opened?.spec)?.values ?? [];
  const choose = (next: string) => {
    setReport(next);
    setMeasure("");
    const named =
      ready?.find(({ name }) => name === next)?.title ??
      textOf(
        saved?.find(({ id }) => id === next),
        "name",
      );
    if (title === "" || !tile) setTitle(named);
  };
  const put = () =>
    onPut({
      title: title.trim(),
      kind,
      report: own ?? report,
      ...(measure ? { measure } : {}),
      ...(kind === "progress" || (kind === "kpi" && target) ? { target: target || "0" } : {}),
    });
  return (
    <Dialog open onClose={onClose} title={tile ? `Change ${tile.title}` : "Add tile"}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          put();
        }}
      >
        {!own && (
          <Field label="Report" required>
            {(control) => (
              <Select {...control} required value={report} onChange={(event) => choose(event.target.value)}>
                <option value="">Choose a report</option>
                <optgroup label="Ready">
                  {ready?.map((item) => (
                    <option key={item.name} value={item.name}>
                      {item.title}
                    </option>
                  ))}
                </optgroup>
                {saved && saved.length > 0 && (
                  <optgroup label="Saved">
                    {saved.map((record) => (
                      <option key={record.id} value={record.id}>
                        {textOf(record, "name")}
                      </option>
                    ))}
                  </optgroup>
                )}
              </Select>
            )}
          </Field>
        )}
        <Field label="Shown as">
          {(control) => (
            <Select
              {...control}
              value={kind}
              onChange={(event) => setKind(TILE_KINDS.find((known) => known === event.target.value) ?? "auto")}
            >
              {TILE_KINDS.map((known) => (
                <option key={known} value={known}>
                  {KIND_WORDS[known]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {kind !== "table" && values.length > 1 && (
          <Field
            label="Measure"
            help={isFigure(kind) ? undefined : "Left open, the chart takes the first amount of money."}
          >
            {(control) => (
              <Select {...control} value={measure} onChange={(event) => setMeasure(event.target.value)}>
                <option value="">{isFigure(kind) ? "The first" : "Best"}</option>
                {values.map((value) => (
                  <option key={valueId(value)} value={valueId(value)}>
                    {model?.valueLabel(value) ?? valueId(value)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
        {isFigure(kind) && (
          <Field label="Target" required={kind === "progress"} help="A plain number, such as 250000.">
            {(control) => (
              <Input
                {...control}
                inputMode="decimal"
                pattern="[0-9]+([.][0-9]+)?"
                required={kind === "progress"}
                value={target}
                onChange={(event) => setTarget(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field label="Title" required>
          {(control) => (
            <Input
              {...control}
              required
              maxLength={120}
              value={title}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <div className={css.submit}>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary">
            {tile ? "Change" : "Add"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
