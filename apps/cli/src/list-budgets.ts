import { findTenant } from "@darkroom/core/tenants/find-tenant";
import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";
import { showBudgets } from "./set-budget.ts";
import { noTenant } from "./to-json.ts";

export function listBudgetsCommand(answer: AnswerWith): Command {
  return new Command("list")
    .description("Lists a tenant's budgets and what of them is used.")
    .requiredOption("--tenant <name>", "name or id of the tenant")
    .option("--json", "print one JSON object")
    .action((options: { tenant: string; json?: boolean }) =>
      answer(options.json, async (workplace) => {
        const tenant = await findTenant(workplace.db, options.tenant);
        return tenant ? showBudgets(workplace, tenant) : noTenant(options.tenant);
      }),
    );
}
