import type { Circuit } from "@darkroom/contract/admin/overview";
import { circuitResetSchema } from "@darkroom/contract/admin/queue";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { plural } from "../../format/numbers.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Ago } from "../../ui/time.tsx";
import { circuitName, circuitTones, circuitWords } from "../overview/circuits-panel.tsx";
import styles from "./queue-page.module.css";

/** The circuits, with a way to close one by hand. */
export function QueueCircuits({ circuits }: { circuits: readonly Circuit[] }) {
  return (
    <Panel title="Circuits">
      {circuits.length === 0 ? (
        <Mark tone="good">All closed, none has seen failures</Mark>
      ) : (
        <ul className={styles.circuits}>
          {circuits.map((circuit) => (
            <CircuitItem key={circuit.scope} circuit={circuit} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function CircuitItem({ circuit }: { circuit: Circuit }) {
  const mayAct = useMay("operator");
  return (
    <li className={styles.circuit}>
      <div>
        <strong>{circuitName(circuit.scope)}</strong>
        <div>
          <Mark tone={circuitTones[circuit.state]}>{circuitWords[circuit.state]}</Mark>
        </div>
        <p className={styles.quiet}>
          {plural(circuit.failures, "failure")} in a row{circuit.reason && `: ${circuit.reason}`}
          {circuit.opened_at && (
            <>
              . Opened <Ago at={circuit.opened_at} />
            </>
          )}
          {circuit.probe_at && (
            <>
              , tried again <Ago at={circuit.probe_at} />
            </>
          )}
        </p>
      </div>
      {mayAct && circuit.state !== "closed" && <Reset scope={circuit.scope} />}
    </li>
  );
}

function Reset({ scope }: { scope: string }) {
  const client = useQueryClient();
  const reset = async () => {
    await callApi("resetCircuit", circuitResetSchema, { body: { scope } });
    await client.invalidateQueries({ queryKey: ["queue"] });
  };
  return (
    <Confirm
      title={`Close the circuit of ${circuitName(scope)}?`}
      action="Close it"
      onConfirm={reset}
      trigger={(open) => (
        <Button size="compact-sm" variant="default" onClick={open}>
          Reset
        </Button>
      )}
    >
      Jobs go to fal again at once. Where the reason has not gone, it opens again after a few failures.
    </Confirm>
  );
}
