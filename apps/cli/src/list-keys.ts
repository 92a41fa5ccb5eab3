import { findTenant } from "@darkroom/core/tenants/find-tenant";
import { listApiKeys } from "@darkroom/core/tenants/list-api-keys";
import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";
import { keyState, keyToJson, noTenant } from "./to-json.ts";
import type { Outcome, Workplace } from "./with-database.ts";

export function listKeysCommand(answer: AnswerWith): Command {
  return new Command("list")
    .description("Lists a tenant's API keys, without the keys themselves.")
    .requiredOption("--tenant <name>", "name or id of the tenant")
    .option("--json", "print one JSON object")
    .action((options: { tenant: string; json?: boolean }) =>
      answer(options.json, (workplace) => list(workplace, options.tenant)),
    );
}

async function list({ db, now }: Workplace, nameOrId: string): Promise<Outcome> {
  const tenant = await findTenant(db, nameOrId);
  if (!tenant) return noTenant(nameOrId);
  const rows = await listApiKeys(db, tenant.id);
  const lines = rows.map((row) => `${row.id}  ${row.prefix}…  ${keyState(row, now).padEnd(7)}  ${row.name}`);
  return {
    json: { data: rows.map((row) => keyToJson(row, tenant)) },
    text: lines.join("\n") || `Tenant ${tenant.name} has no key.`,
  };
}
