import { listTenants } from "@darkroom/core/tenants/list-tenants";
import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";
import { tenantToJson } from "./to-json.ts";

export function listTenantsCommand(answer: AnswerWith): Command {
  return new Command("list")
    .description("Lists all tenants.")
    .option("--json", "print one JSON object")
    .action((options: { json?: boolean }) =>
      answer(options.json, async ({ db }) => {
        const tenants = await listTenants(db);
        const lines = tenants.map((tenant) => `${tenant.id}  ${tenant.name}`);
        return { json: { data: tenants.map(tenantToJson) }, text: lines.join("\n") || "There is no tenant yet." };
      }),
    );
}
