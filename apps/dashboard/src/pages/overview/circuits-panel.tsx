import type { Circuit } from "@darkroom/contract/admin/overview";
import { Link } from "@tanstack/react-router";
import { shortenModel } from "../../format/ids.ts";
import { plural } from "../../format/numbers.ts";
import { Mark, type Tone } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Ago } from "../../ui/time.tsx";
import styles from "./circuits-panel.module.css";

export const circuitTones: Record<Circuit["state"], Tone> = { closed: "good", open: "bad", half_open: "warn" };
export const circuitWords: Record<Circuit["state"], string> = {
  closed: "Closed",
  open: "Open: nothing is sent",
  half_open: "Half open: one job is tried",
};

export function circuitName(scope: string): string {
  return scope === "account" ? "fal account" : shortenModel(scope);
}

export function CircuitsPanel({ circuits }: { circuits: readonly Circuit[] }) {
  return (
    <Panel title="Circuits" note="An open circuit keeps jobs from failing while fal does" actions={<QueueLink />}>
      {circuits.length === 0 ? (
        <Mark tone="good">All closed, none has seen failures</Mark>
      ) : (
        <ul className={styles.list}>
          {circuits.map((circuit) => (
            <li key={circuit.scope}>
              <div className={styles.line}>
                <strong>{circuitName(circuit.scope)}</strong>
                <Mark tone={circuitTones[circuit.state]}>{circuitWords[circuit.state]}</Mark>
              </div>
              <p className={styles.note}>
                {plural(circuit.failures, "failure")} in a row{circuit.reason && `: ${circuit.reason}`}
                {circuit.probe_at && (
                  <>
                    . Tried again <Ago at={circuit.probe_at} />
                  </>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function QueueLink() {
  return (
    <Link to="/queue" className={styles.link}>
      Queue
    </Link>
  );
}
