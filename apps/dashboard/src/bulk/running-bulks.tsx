import { useState } from "react";
import { useNow } from "../live/clock.ts";
import { BulkProgress } from "./bulk-progress.tsx";
import { useBulks } from "./use-bulk.ts";

/** So long an ended one is still shown. */
const shownAfterEndMs = 60_000;

export function RunningBulks() {
  const { data } = useBulks();
  const now = useNow();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const shown = (data?.data ?? []).filter(
    ({ id, finished_at }) => !hidden.has(id) && (!finished_at || now - Date.parse(finished_at) < shownAfterEndMs),
  );
  return shown.map((bulk) => (
    <BulkProgress key={bulk.id} bulk={bulk} onHide={() => setHidden((before) => new Set(before).add(bulk.id))} />
  ));
}
