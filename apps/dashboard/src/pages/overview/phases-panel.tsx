import type { Overview } from "@darkroom/contract/admin/overview";
import { formatCount } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { Panel } from "../../ui/panel.tsx";
import { rangeWords } from "./overview-tiles.tsx";
import styles from "./phases-panel.module.css";

const phaseWords = {
  waiting: { label: "Waiting", note: "in line, until it goes to fal" },
  fal: { label: "fal", note: "submitted until generated" },
  copying: { label: "Copying", note: "into storage" },
  delivering: { label: "Delivering", note: "telling endpoints" },
} as const;

type Phase = Overview["phases"][number];

/** What jobs spend their time with: the median as a bar, the slowest twentieth as a thin line behind it. */
export function PhasesPanel({ phases, range }: { phases: readonly Phase[]; range: Overview["range"] }) {
  const longest = Math.max(1, ...phases.map(({ p95_ms }) => p95_ms ?? 0));
  return (
    <Panel title="Where time goes" note={`Of jobs that ended in the ${rangeWords[range]}`}>
      <table className={styles.table} aria-label="Time per phase">
        <thead>
          <tr>
            <th scope="col">Phase</th>
            <th scope="col">p50</th>
            <th scope="col">p95</th>
          </tr>
        </thead>
        {phases.map((phase) => (
          <PhaseRows key={phase.phase} phase={phase} longest={longest} />
        ))}
      </table>
    </Panel>
  );
}

function PhaseRows({ phase, longest }: { phase: Phase; longest: number }) {
  const { label, note } = phaseWords[phase.phase];
  const width = (ms: number | null) => `${Math.max(ms ? 0.6 : 0, ((ms ?? 0) / longest) * 100)}%`;
  return (
    <tbody className={styles.phase} title={`${formatCount(phase.count)} measured`}>
      <tr>
        <th scope="row">
          {label} <span className={styles.note}>{note}</span>
        </th>
        <td>{phase.p50_ms === null ? "–" : formatDuration(phase.p50_ms)}</td>
        <td>{phase.p95_ms === null ? "–" : formatDuration(phase.p95_ms)}</td>
      </tr>
      <tr>
        <td colSpan={3}>
          <div className={styles.track} data-phase={phase.phase}>
            <div className={styles.p95} style={{ width: width(phase.p95_ms) }} />
            <div className={styles.p50} style={{ width: width(phase.p50_ms) }} />
          </div>
        </td>
      </tr>
    </tbody>
  );
}
