import { createTenant, tenantNamePattern } from "@darkroom/core/tenants/create-tenant";
import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";
import { tenantToJson } from "./to-json.ts";
import type { Outcome, Workplace } from "./with-database.ts";

export function createTenantCommand(answer: AnswerWith): Command {
  return new Command("create")
    .description("Makes a tenant.")
    .argument("<name>", "letters, digits, dot, dash and underscore")
    .option("--if-missing", "take the one that has the name already")
    .option("--json", "print one JSON object")
    .action((name: string, options: { ifMissing?: boolean; json?: boolean }) =>
      answer(options.json, (workplace) => create(workplace, { name, ifMissing: options.ifMissing ?? false })),
    );
}

async function create(workplace: Workplace, options: { name: string; ifMissing: boolean }): Promise<Outcome> {
  const { name } = options;
  if (!tenantNamePattern.test(name)) {
    return { refusal: `"${name}" cannot be a tenant's name: 1 to 63 letters, digits, dots, dashes or underscores.` };
  }
  const { outcome, tenant } = await createTenant(workplace.db, { name, now: workplace.now });
  if (outcome === "exists" && !options.ifMissing) {
    return { refusal: `Tenant ${name} exists already (${tenant.id}). Add --if-missing to take it as it is.` };
  }
  return { json: tenantToJson(tenant), text: `${tenant.id}  ${tenant.name}` };
}
