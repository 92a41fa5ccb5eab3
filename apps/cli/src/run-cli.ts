import { Command, CommanderError } from "commander";
import { listCircuitsCommand, resetCircuitCommand } from "./circuits.ts";
import { createAdminCommand } from "./create-admin.ts";
import { createKeyCommand } from "./create-key.ts";
import { createTenantCommand } from "./create-tenant.ts";
import { listAdminsCommand } from "./list-admins.ts";
import { listBudgetsCommand } from "./list-budgets.ts";
import { listDoubtedCommand } from "./list-doubted.ts";
import { listKeysCommand } from "./list-keys.ts";
import { listTenantsCommand } from "./list-tenants.ts";
import { listenCommand } from "./listen.ts";
import { migrateCommand } from "./migrate.ts";
import { revokeKeyCommand } from "./revoke-key.ts";
import { setBudgetCommand } from "./set-budget.ts";
import { setTenantCommand } from "./set-tenant.ts";
import { type Answer, type World, withDatabase } from "./with-database.ts";

/** Runs one command line and answers the exit code: 0 done, 1 refused or failed, 2 not understood. */
export async function runCli(args: string[], world: World): Promise<number> {
  let exitCode = 0;
  const answer = async (json: boolean | undefined, work: Answer) => {
    exitCode = await withDatabase(world, { json: json ?? false, work });
  };
  const exit = (code: number) => {
    exitCode = code;
  };
  const program = buildProgram(world, answer, exit);
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // --help and --version are no errors to commander's exit code either.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

export type AnswerWith = (json: boolean | undefined, work: Answer) => Promise<void>;

function buildProgram(world: World, answer: AnswerWith, exit: (code: number) => void): Command {
  const program = group("darkroom", "Manages tenants and API keys of a Darkroom install.", world);
  program.addHelpText(
    "after",
    "\nThe database is DATABASE_URL, or else that of the running stack in $DARKROOM_HOME (.darkroom).",
  );
  const tenant = group("tenant", "Who pays for jobs.", world);
  tenant.addCommand(styled(createTenantCommand(answer), world));
  tenant.addCommand(styled(listTenantsCommand(answer), world));
  tenant.addCommand(styled(setTenantCommand(answer), world));
  const key = group("key", "How a tenant proves who it is.", world);
  key.addCommand(styled(createKeyCommand(answer), world));
  key.addCommand(styled(listKeysCommand(answer), world));
  key.addCommand(styled(revokeKeyCommand(answer), world));
  const budget = group("budget", "What a tenant or key may spend.", world);
  budget.addCommand(styled(setBudgetCommand(answer), world));
  budget.addCommand(styled(listBudgetsCommand(answer), world));
  const circuit = group("circuit", "What is held back because it kept failing at fal.", world);
  circuit.addCommand(styled(listCircuitsCommand(answer), world));
  circuit.addCommand(styled(resetCircuitCommand(answer), world));
  const admin = group("admin", "Who may use the dashboard.", world);
  admin.addCommand(styled(createAdminCommand(answer, world), world));
  admin.addCommand(styled(listAdminsCommand(answer), world));
  return program
    .addCommand(tenant)
    .addCommand(key)
    .addCommand(budget)
    .addCommand(circuit)
    .addCommand(admin)
    .addCommand(styled(listDoubtedCommand(answer), world))
    .addCommand(styled(migrateCommand(answer), world))
    .addCommand(styled(listenCommand(world, exit), world));
}

function group(name: string, description: string, world: World): Command {
  return styled(new Command(name).description(description), world);
}

/** Every command throws instead of ending the process, and writes where it is told. */
function styled(command: Command, world: World): Command {
  return command
    .exitOverride()
    .showHelpAfterError()
    .configureOutput({ writeOut: world.write, writeErr: world.writeError });
}
