import type { Context } from "@darkroom/core/context";
import { hasBudget } from "@darkroom/core/spend/list-budgets";
import { hashApiKey } from "@darkroom/core/tenants/api-key";
import { findApiKey, type OwnedKey } from "@darkroom/core/tenants/find-api-key";
import { touchApiKey } from "@darkroom/core/tenants/touch-api-key";
import { askOnce } from "../ask-once.ts";

/** A key, and whether its tenant or it has a budget: who has none is spared the transaction that a budget needs. */
export type KnownKey = OwnedKey & { hasBudget: boolean };

/** API keys as the database has them, remembered for some seconds. */
export type CallerCache = {
  find(key: string, now: Date): Promise<KnownKey | null>;
  /** Notes the use of a key, now and then, in nobody's way. */
  touch(key: { id: string }, now: Date): void;
};

/** How long a revoked key may go on: the promise of `darkroom key revoke` is ten seconds. */
const rememberMs = 5_000;
/** More keys than one process has to do with in five seconds; some 5 MB. */
const keysMax = 10_000;
const touchEveryMs = 60_000;

/** Unknown keys are not remembered: guesses must not push real keys out. */
export function createCallerCache(context: Pick<Context, "db" | "log">): CallerCache {
  const known = new Map<string, { row: KnownKey; until: number }>();
  const touchedAt = new Map<string, number>();
  const once = askOnce<KnownKey | null>();

  const remember = (id: string, row: KnownKey, now: Date) => {
    if (known.size >= keysMax) known.clear();
    known.set(id, { row, until: now.getTime() + rememberMs });
  };
  return {
    find: async (key, now) => {
      const hash = hashApiKey(key);
      const id = hash.toString("base64");
      const remembered = known.get(id);
      if (remembered && remembered.until > now.getTime()) return remembered.row;
      known.delete(id);
      return once(id, async () => {
        const found = await findApiKey(context.db, hash);
        if (!found) return null;
        const row = { ...found, hasBudget: await hasBudget(context.db, found.tenantId) };
        remember(id, row, now);
        return row;
      });
    },
    touch: ({ id }, now) => {
      if (now.getTime() - (touchedAt.get(id) ?? 0) < touchEveryMs) return;
      if (touchedAt.size >= keysMax) touchedAt.clear();
      touchedAt.set(id, now.getTime());
      touchApiKey(context.db, { id, now }).catch((error: Error) => {
        context.log.warn({ key: id, reason: error.name }, "last_used_at was not written");
      });
    },
  };
}
