import { type Scope, scopeSchema, scopes } from "@darkroom/contract/scopes";
import { createApiKey } from "@darkroom/core/tenants/create-api-key";
import { findTenant } from "@darkroom/core/tenants/find-tenant";
import { Command, InvalidArgumentError, Option } from "commander";
import { readExpiry } from "./read-expiry.ts";
import type { AnswerWith } from "./run-cli.ts";
import { keyToJson, noTenant } from "./to-json.ts";
import type { Outcome, Workplace } from "./with-database.ts";

type Options = { tenant: string; name: string; scope?: Scope[]; expires?: string; rate?: number; json?: boolean };

export function createKeyCommand(answer: AnswerWith): Command {
  return new Command("create")
    .description("Makes an API key. It is shown now and never again.")
    .requiredOption("--tenant <name>", "name or id of the tenant")
    .option("--name <name>", "what the key is for", "default")
    .addOption(new Option("--scope <scope...>", `what it may do: ${scopes.join(", ")} (all)`).argParser(addScope))
    .option("--expires <when>", "30d, 12h, 15m or an ISO time; never when left out")
    .option("--rate <number>", "requests per minute (RATE_LIMIT_PER_MINUTE)", readRate)
    .option("--json", "print one JSON object")
    .action((options: Options) => answer(options.json, (workplace) => create(workplace, options)));
}

function addScope(text: string, before: Scope[] | undefined): Scope[] {
  const given = text.split(",").map((part) => scopeSchema.safeParse(part.trim()));
  const known = given.flatMap((scope) => (scope.success ? [scope.data] : []));
  if (known.length < given.length) throw new InvalidArgumentError(`Scopes are ${scopes.join(", ")}.`);
  return [...new Set([...(before ?? []), ...known])];
}

function readRate(text: string): number {
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate < 1) throw new InvalidArgumentError("A whole number from 1.");
  return rate;
}

async function create({ db, now }: Workplace, options: Options): Promise<Outcome> {
  const expiry = readExpiry(options.expires, now);
  if (expiry.outcome === "invalid") return { refusal: expiry.reason };
  const tenant = await findTenant(db, options.tenant);
  if (!tenant) return noTenant(options.tenant);
  const { key, row } = await createApiKey(db, {
    tenantId: tenant.id,
    name: options.name,
    scopes: options.scope,
    expiresAt: expiry.expiresAt,
    ratePerMinute: options.rate ?? null,
    now,
  });
  return {
    json: { key, ...keyToJson(row, tenant) },
    text: `${key}\n\n${row.id} of ${tenant.name}, may ${row.scopes.join(", ")}. Keep the key: it is not shown again.`,
  };
}
