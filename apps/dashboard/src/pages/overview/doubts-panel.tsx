import type { Overview } from "@darkroom/contract/admin/overview";
import { formatCount, plural } from "../../format/numbers.ts";
import { JobId } from "../../ui/id.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Ago } from "../../ui/time.tsx";
import styles from "./doubts-panel.module.css";

/** Submits whose reply was lost: each is resolved, never blindly sent (and paid for) again. */
export function DoubtsPanel({ doubts }: { doubts: Overview["doubts"] }) {
  return (
    <Panel title="Double charges prevented" note="Submits whose reply was lost, and that fal had all the same">
      <p className={styles.number}>{formatCount(doubts.prevented)}</p>
      {doubts.open > 0 && <Mark tone="warn">{plural(doubts.open, "submit")} being resolved</Mark>}
      <ul className={styles.list}>
        {doubts.latest.map((doubt) => (
          <li key={`${doubt.job_id} ${doubt.attempt}`}>
            <JobId id={doubt.job_id} />
            <span className={styles.tenant}>{doubt.tenant.name}</span>
            <span>{doubt.prevented ? "fal had it" : doubt.request_id ? "resolved" : "open"}</span>
            <Ago at={doubt.doubted_at} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
