import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { ObjectDef } from "@/api/catalog.ts";
import { type ListView, readView, writeView } from "./view.ts";

/** Parameters that are not part of the view. */
const KEPT = ["view", "peek"];

/** The view in the address, and how to change it. */
export function useView(object: ObjectDef): {
  view: ListView;
  change: (part: Partial<ListView>) => void;
  parameters: URLSearchParams;
  setParameter: (name: string, value: string | null) => void;
} {
  const [parameters, setParameters] = useSearchParams();
  const view = useMemo(() => readView(object, parameters), [object, parameters]);
  const change = (part: Partial<ListView>) => {
    const next = writeView(object, { ...view, ...part });
    for (const name of KEPT) {
      const kept = parameters.get(name);
      if (kept) next.set(name, kept);
    }
    setParameters(next, { replace: true });
  };
  const setParameter = (name: string, value: string | null) => {
    const next = new URLSearchParams(parameters);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setParameters(next, { replace: true });
  };
  return { view, change, parameters, setParameter };
}
