import { isId } from "@darkroom/core/ids";
import { revokeApiKey } from "@darkroom/core/tenants/revoke-api-key";
import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";
import type { Outcome, Workplace } from "./with-database.ts";

export function revokeKeyCommand(answer: AnswerWith): Command {
  return new Command("revoke")
    .description("Ends an API key, within ten seconds everywhere.")
    .argument("<id>", "the key's id, key_…, from key list")
    .option("--json", "print one JSON object")
    .action((id: string, options: { json?: boolean }) => answer(options.json, (workplace) => revoke(workplace, id)));
}

async function revoke({ db, now }: Workplace, id: string): Promise<Outcome> {
  if (!isId("key", id)) return { refusal: "Name the key by its id, key_…; `key list --tenant NAME` shows it." };
  const result = await revokeApiKey(db, { id, now });
  if (result.outcome === "not_found") return { refusal: `There is no key ${id}.` };
  const revokedAt = result.row.revokedAt?.toISOString() ?? null;
  return { json: { id, revoked_at: revokedAt }, text: `${id} is revoked since ${revokedAt}.` };
}
