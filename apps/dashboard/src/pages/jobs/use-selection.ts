import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import { useState } from "react";

export type Selection = {
  ids: ReadonlySet<string>;
  isAll: boolean;
  isSome: boolean;
  toggle: (id: string) => void;
  toggleAll: () => void;
  clear: () => void;
};

/** The contract lets a bulk operation name so many jobs. */
export const selectionMax = 1_000;

/** What is ticked, of the rows that are loaded. */
export function useSelection(jobs: readonly AdminJobItem[]): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const isAll = jobs.length > 0 && jobs.every(({ id }) => ids.has(id));
  const toggle = (id: string) =>
    setIds((before) => {
      const next = new Set(before);
      if (!next.delete(id) && next.size < selectionMax) next.add(id);
      return next;
    });
  const toggleAll = () => setIds(isAll ? new Set() : new Set(jobs.slice(0, selectionMax).map(({ id }) => id)));
  return { ids, isAll, isSome: ids.size > 0, toggle, toggleAll, clear: () => setIds(new Set()) };
}
