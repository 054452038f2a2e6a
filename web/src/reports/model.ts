/** What can be put into a report, as `/api/model` describes it for the caller. */
import { queryOptions } from "@tanstack/react-query";
import { request } from "@/api/client.ts";
import type { Grain, ReportSpec, ValueFormat, ValueSpec } from "./spec.ts";
import { fieldPath } from "./spec.ts";
import { conditionsOf, fieldsOf } from "./conditions.ts";

export interface ModelField {
  path: string;
  label: string;
  format: ValueFormat;
  options: string[];
}

export interface ModelLink {
  path: string;
  label: string;
  object: string;
}

export interface ModelMeasure {
  name: string;
  label: string;
  format: ValueFormat;
  help: string;
}

export interface ModelObject {
  name: string;
  label: string;
  fields: ModelField[];
  links: ModelLink[];
  related: ModelLink[];
  measures: ModelMeasure[];
}

export interface ModelAnswer {
  objects: ModelObject[];
  grains: Grain[];
}

/** A field reached by a path, such as `deal.owner.team.region`. */
export interface ResolvedField {
  path: string;
  /** "Region". */
  label: string;
  /** "Owner › Team › Region", without the object. */
  trail: string;
  format: ValueFormat;
  options: string[];
}

/** Longest chain of links that the model is searched along. */
const MOST_STEPS = 6;

export class Model {
  readonly objects: readonly ModelObject[];
  private readonly byName: ReadonlyMap<string, ModelObject>;
  private readonly measures: ReadonlyMap<string, ModelMeasure>;

  constructor(answer: ModelAnswer) {
    this.objects = answer.objects;
    this.byName = new Map(answer.objects.map((object) => [object.name, object]));
    this.measures = new Map(
      answer.objects.flatMap((object) => object.measures.map((measure) => [measure.name, measure])),
    );
  }

  object(name: string): ModelObject | undefined {
    return this.byName.get(name);
  }

  measure(name: string): ModelMeasure | undefined {
    return this.measures.get(name);
  }

  /** The field at the end of a path; undefined when it does not exist or may not be seen. */
  field(path: string): ResolvedField | undefined {
    const [start, ...steps] = path.split(".");
    let object = this.byName.get(start ?? "");
    const labels: string[] = [];
    for (const [index, step] of steps.slice(0, MOST_STEPS).entries()) {
      if (!object) return undefined;
      const at = `${object.name}.${step}`;
      const last = index === steps.length - 1;
      const link = object.links.find((link) => link.path === at);
      const field = object.fields.find((field) => field.path === at);
      if (last && field)
        return {
          path,
          label: field.label,
          trail: [...labels, field.label].join(" › "),
          format: field.format,
          options: field.options,
        };
      if (last && link)
        return { path, label: link.label, trail: [...labels, link.label].join(" › "), format: "text", options: [] };
      if (!link) return undefined;
      labels.push(link.label);
      object = this.byName.get(link.object);
    }
    return undefined;
  }

  label(path: string): string {
    return this.field(path)?.trail ?? this.measure(path)?.label ?? this.relatedLabel(path) ?? path;
  }

  private relatedLabel(path: string): string | undefined {
    const [start] = path.split(".");
    return this.byName.get(start ?? "")?.related.find((related) => related.path === path)?.label;
  }

  valueKnown(value: ValueSpec): boolean {
    if (value.measure !== undefined) return this.measure(value.measure) !== undefined;
    if (value.field !== undefined) return this.field(value.field) !== undefined;
    return true;
  }

  valueLabel(value: ValueSpec): string {
    if (value.label) return value.label;
    if (value.measure) return this.measure(value.measure)?.label ?? value.measure;
    if (value.field)
      return `${AGGREGATE_WORDS[value.agg ?? "sum"]} ${this.field(value.field)?.label ?? value.field}`.trim();
    return value.formula ?? value.id ?? "";
  }
}

const AGGREGATE_WORDS = {
  sum: "Sum of",
  avg: "Average",
  min: "Least",
  max: "Greatest",
  count: "Number of",
  count_distinct: "Different",
} as const;

export const modelQuery = queryOptions({
  queryKey: ["model"],
  queryFn: async ({ signal }) => new Model(await request<ModelAnswer>("/api/model", { signal })),
  staleTime: 5 * 60_000,
  structuralSharing: false,
});

/** The parts of a report that the model no longer has, by pointer. */
export function brokenParts(spec: ReportSpec, model: Model): Map<string, string> {
  const broken = new Map<string, string>();
  const check = (pointer: string, path: string) => {
    if (!model.field(path)) broken.set(pointer, `There is no field “${path}” any more, or you may not see it.`);
  };
  for (const shelf of ["rows", "columns"] as const) {
    for (const [index, group] of (spec[shelf] ?? []).entries()) check(`/${shelf}/${index}`, fieldPath(group));
  }
  for (const [index, value] of spec.values.entries()) {
    if (!model.valueKnown(value))
      broken.set(
        `/values/${index}`,
        `There is no “${value.measure ?? value.field ?? ""}” any more, or you may not see it.`,
      );
  }
  for (const [index, condition] of conditionsOf(spec).entries()) {
    for (const path of fieldsOf(condition)) check(`/where/${index}`, path);
  }
  return broken;
}
