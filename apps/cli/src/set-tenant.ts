import { findTenant } from "@darkroom/core/tenants/find-tenant";
import { type TenantChanges, updateTenant, weightMax } from "@darkroom/core/tenants/update-tenant";
import { Command, InvalidArgumentError } from "commander";
import type { AnswerWith } from "./run-cli.ts";
import { noTenant, tenantToJson } from "./to-json.ts";
import type { Outcome, Workplace } from "./with-database.ts";

type Options = {
  weight?: number;
  inFlightMax?: number | "none";
  rate?: number | "none";
  pause?: boolean;
  resume?: boolean;
  json?: boolean;
};

export function setTenantCommand(answer: AnswerWith): Command {
  return new Command("set")
    .description("Changes how a tenant is served.")
    .argument("<tenant>", "name or id")
    .option("--weight <number>", `share of fal slots relative to others, 1 to ${weightMax}`, readWeight)
    .option("--in-flight-max <number>", "jobs at fal at once, or none for no limit of its own", readCount)
    .option(
      "--rate <number>",
      "requests per minute over all its keys, or none (TENANT_RATE_LIMIT_PER_MINUTE)",
      readCount,
    )
    .option("--pause", "start nothing more; what is at fal is finished")
    .option("--resume", "start jobs again")
    .option("--json", "print one JSON object")
    .action((tenant: string, options: Options) => answer(options.json, (workplace) => set(workplace, tenant, options)));
}

function readWeight(text: string): number {
  const weight = Number(text);
  if (Number.isInteger(weight) && weight >= 1 && weight <= weightMax) return weight;
  throw new InvalidArgumentError(`A whole number from 1 to ${weightMax}.`);
}

/** Not null for none: commander takes null for no value. */
function readCount(text: string): number | "none" {
  if (text === "none") return text;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("A whole number from 1, or none.");
}

function orNull(count: number | "none"): number | null {
  return count === "none" ? null : count;
}

async function set({ db, now }: Workplace, nameOrId: string, options: Options): Promise<Outcome> {
  const tenant = await findTenant(db, nameOrId);
  if (!tenant) return noTenant(nameOrId);
  if (options.pause && options.resume) return { refusal: "Either --pause or --resume." };
  const changes: TenantChanges = {
    ...(options.weight === undefined ? {} : { weight: options.weight }),
    ...(options.inFlightMax === undefined ? {} : { inFlightMax: orNull(options.inFlightMax) }),
    ...(options.rate === undefined ? {} : { ratePerMinute: orNull(options.rate) }),
    ...(options.pause || options.resume ? { paused: options.pause === true } : {}),
  };
  const changed = await updateTenant(db, tenant.id, changes, now);
  const state = changed.pausedAt ? "paused" : "running";
  const text = `${changed.name}: weight ${changed.weight}, at fal at most ${changed.inFlightMax ?? "as the account allows"}, ${state}`;
  return { json: tenantToJson(changed), text };
}
