import { stateOf } from "@darkroom/core/dispatch/circuit";
import { resetCircuit } from "@darkroom/core/dispatch/record-circuit";
import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";

export function listCircuitsCommand(answer: AnswerWith): Command {
  return new Command("list")
    .description("Lists what has failed at fal of late, and what is held back for it.")
    .option("--json", "print one JSON object")
    .action((options: { json?: boolean }) =>
      answer(options.json, async ({ db, now }) => {
        const data = (await db.circuit.findMany({ orderBy: { scope: "asc" } })).map((circuit) => ({
          scope: circuit.scope,
          state: stateOf(circuit, now),
          failures: circuit.failures,
          opened_at: circuit.openedAt?.toISOString() ?? null,
          probe_at: circuit.probeAt?.toISOString() ?? null,
          reason: circuit.reason,
        }));
        const lines = data.map((one) => `${one.scope}  ${one.state}  ${one.failures} failures  ${one.reason ?? ""}`);
        return { json: { data }, text: lines.join("\n") || "All circuits are closed." };
      }),
    );
}

export function resetCircuitCommand(answer: AnswerWith): Command {
  return new Command("reset")
    .description("Closes a circuit: the next dispatch, within a second, tries again.")
    .argument("<scope>", "account, or a model id")
    .option("--json", "print one JSON object")
    .action((scope: string, options: { json?: boolean }) =>
      answer(options.json, async ({ db }) => {
        const reset = await resetCircuit(db, scope);
        return { json: { scope, reset }, text: reset ? `${scope} is closed.` : `${scope} was closed.` };
      }),
    );
}
