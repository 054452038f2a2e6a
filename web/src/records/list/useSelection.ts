import { useState } from "react";
import { listParameters, type CrmRecord } from "@/api/records.ts";
import type { Selected } from "@/api/jobs.ts";
import type { ListView } from "./view.ts";

/** What is ticked in a list. */
export interface Selection {
  /** Everything that matches, also what is not loaded. */
  matching: boolean;
  /** Every row that is loaded is ticked. */
  all: boolean;
  some: boolean;
  ids: ReadonlySet<string>;
  has: (id: string) => boolean;
  /** Ticks or unticks a row; with `range`, every row from the one before to it. */
  toggle: (index: number, range: boolean) => void;
  toggleAll: () => void;
  selectMatching: () => void;
  clear: () => void;
  count: (total: number | null) => number;
  /** In the words of the server. */
  selected: (total: number | null) => Selected;
}

interface Ticked {
  ids: ReadonlySet<string>;
  matching: boolean;
  /** Where a range begins. */
  anchor: number;
}

const NOTHING: Ticked = { ids: new Set(), matching: false, anchor: 0 };

/** The ticks of a list; another filter or search unticks everything. */
export function useSelection(records: readonly CrmRecord[], view: ListView): Selection {
  const asked = listParameters({ q: view.q, filters: view.filters, tree: view.tree }).toString();
  const [state, setState] = useState({ asked, ticked: NOTHING });
  const { ids, matching, anchor } = state.asked === asked ? state.ticked : NOTHING;
  const set = (ticked: Ticked) => setState({ asked, ticked });
  const has = (id: string) => matching || ids.has(id);
  const all = records.length > 0 && records.every(({ id }) => has(id));
  return {
    matching,
    all,
    some: matching || ids.size > 0,
    ids,
    has,
    toggle: (index, range) => {
      const record = records[index];
      if (!record) return;
      const tick = !has(record.id);
      const [first, last] = range ? [Math.min(anchor, index), Math.max(anchor, index)] : [index, index];
      // Unticking one of all leaves those that are loaded: what is not seen cannot be left out.
      const next = new Set(matching ? records.map(({ id }) => id) : ids);
      for (const { id } of records.slice(first, last + 1)) {
        if (tick || range) next.add(id);
        else next.delete(id);
      }
      set({ ids: next, matching: false, anchor: index });
    },
    toggleAll: () => set(all ? NOTHING : { ...NOTHING, ids: new Set(records.map(({ id }) => id)) }),
    selectMatching: () => set({ ...NOTHING, matching: true }),
    clear: () => set(NOTHING),
    count: (total) => (matching ? (total ?? records.length) : ids.size),
    selected: (total) => (matching ? { query: asked, expected_count: total ?? 0 } : { ids: [...ids] }),
  };
}
