import { microsToUsd, usdToMicros } from "@darkroom/contract/pricing/usd";
import { listBudgets } from "@darkroom/core/spend/list-budgets";
import { setBudget } from "@darkroom/core/spend/set-budget";
import { findTenant } from "@darkroom/core/tenants/find-tenant";
import { Command, InvalidArgumentError, Option } from "commander";
import type { AnswerWith } from "./run-cli.ts";
import { noTenant } from "./to-json.ts";
import type { Outcome, Workplace } from "./with-database.ts";

type Options = { tenant: string; key?: string; period: "day" | "month"; usd: number | "none"; json?: boolean };

export function setBudgetCommand(answer: AnswerWith): Command {
  return new Command("set")
    .description("Sets what a tenant, or one of its keys, may spend in a day or month (UTC).")
    .requiredOption("--tenant <name>", "name or id of the tenant")
    .option("--key <id>", "only this API key; the whole tenant when left out")
    .addOption(new Option("--period <period>", "day or month").choices(["day", "month"]).makeOptionMandatory())
    .requiredOption("--usd <amount>", "dollars with up to six decimals, or none for no budget", readUsd)
    .option("--json", "print one JSON object")
    .action((options: Options) => answer(options.json, (workplace) => set(workplace, options)));
}

/** Micro-dollars. Not null for none: commander takes null for no value. */
function readUsd(text: string): number | "none" {
  if (text === "none") return text;
  const micros = usdToMicros(Number(text));
  if (micros !== null && micros >= 0) return micros;
  throw new InvalidArgumentError("Dollars from 0, with up to six decimals, or none.");
}

async function set({ db, now }: Workplace, options: Options): Promise<Outcome> {
  const tenant = await findTenant(db, options.tenant);
  if (!tenant) return noTenant(options.tenant);
  const key = options.key ? await db.apiKey.findFirst({ where: { id: options.key, tenantId: tenant.id } }) : null;
  if (options.key && !key) return { refusal: `${tenant.name} has no API key ${options.key}.` };
  const who = { tenantId: tenant.id, apiKeyId: key?.id ?? null };
  const limitMicros = options.usd === "none" ? null : options.usd;
  await setBudget(db, who, { period: options.period, limitMicros, now });
  return showBudgets({ db, now }, tenant);
}

/** A tenant's budgets, for `set` and `list` alike. */
export async function showBudgets(
  { db, now }: Pick<Workplace, "db" | "now">,
  tenant: { id: string; name: string },
): Promise<Outcome> {
  const budgets = await listBudgets(db, tenant.id, now);
  const lines = budgets.map(({ apiKeyId, period, limitMicros, usedMicros }) => {
    return `${apiKeyId ?? tenant.name}  $${microsToUsd(usedMicros)} of $${microsToUsd(limitMicros)} used this ${period}`;
  });
  const data = budgets.map(({ id, apiKeyId, period, limitMicros, usedMicros, resetsAt }) => ({
    id,
    api_key_id: apiKeyId,
    period,
    limit_usd: microsToUsd(limitMicros),
    used_usd: microsToUsd(usedMicros),
    resets_at: resetsAt.toISOString(),
  }));
  return { json: { data }, text: lines.join("\n") || `${tenant.name} has no budget: it may spend without limit.` };
}
