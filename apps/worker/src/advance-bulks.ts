import type { JobFilterInput } from "@darkroom/contract/admin/jobs";
import { walkJobs } from "@darkroom/core/admin/find-jobs";
import { resolveSearchText } from "@darkroom/core/admin/resolve-search-text";
import { narrowToAction, toJobSearch } from "@darkroom/core/bulk/bulk-search";
import { bulkLeaseMs, claimBulk } from "@darkroom/core/bulk/claim-bulk";
import { recordBulkStep } from "@darkroom/core/bulk/record-bulk-step";
import { cancelAndFollow } from "@darkroom/core/cancel-and-follow";
import type { Context } from "@darkroom/core/context";
import type { BulkOperation } from "@darkroom/core/generated/prisma/client";
import { retryAndFollow } from "@darkroom/core/retry-and-follow";

/** Jobs done together, after which it is seen whether somebody stopped it. */
const together = 20;

/** Goes on with bulk operations that are due, a batch each. Every worker does so once a second; a lease keeps them apart. */
export async function advanceBulks(context: Context): Promise<number> {
  let batches = 0;
  for (;;) {
    const bulk = await claimBulk(context.db, context.clock.now());
    if (!bulk) return batches;
    await advance(context, bulk);
    batches += 1;
  }
}

/** One batch: at most as many jobs as it may do in a second, from where the last one ended. */
async function advance(context: Context, bulk: BulkOperation): Promise<void> {
  const { clock, db } = context;
  const found = await walkJobs(db, {
    search: await searchOf(context, bulk),
    beforeId: bulk.seenId,
    limit: bulk.perSecond,
  });
  let goesOn = true;
  for (let start = 0; goesOn && start < found.rows.length; start += together) {
    const rows = found.rows.slice(start, start + together);
    const results = await Promise.all(rows.map(({ id, tenantId }) => act(context, bulk, { tenantId, jobId: id })));
    const last = rows.at(-1);
    const now = clock.now();
    const step = {
      searched: rows.length,
      ...countOf(results),
      dueAt: new Date(now.getTime() + bulkLeaseMs),
    };
    goesOn = await recordBulkStep(
      db,
      bulk.id,
      { ...step, seenId: last?.id ?? null, seenAt: last?.createdAt ?? null },
      now,
    );
  }
  if (!goesOn) return;
  const now = clock.now();
  const pauseMs = (found.rows.length / bulk.perSecond) * 1000;
  await recordBulkStep(
    db,
    bulk.id,
    {
      seenId: found.nextId,
      seenAt: found.backTo,
      // Those that were looked at and not meant.
      searched: Math.max(0, found.looked - found.rows.length),
      ...countOf([]),
      dueAt: found.nextId === null ? null : new Date(now.getTime() + pauseMs),
    },
    now,
  );
}

async function searchOf({ db }: Context, bulk: BulkOperation) {
  const filter = bulk.filter as JobFilterInput;
  const text = filter.q === undefined ? null : await resolveSearchText(db, filter.q);
  const search = toJobSearch(filter, {
    ...(text?.kind === "jobs" ? { ids: text.ids } : {}),
    ...(text?.kind === "batch" ? { batchId: text.id } : {}),
    ...(text?.kind === "prompt" ? { prompt: text.text } : {}),
    ...(bulk.jobIds.length > 0 ? { ids: bulk.jobIds } : {}),
  });
  return narrowToAction(search, bulk.action);
}

type Done = "done" | "skipped" | "refused";

function countOf(results: readonly Done[]): Record<Done, number> {
  const count = { done: 0, skipped: 0, refused: 0 };
  for (const result of results) count[result] += 1;
  return count;
}

/** What came of it: a job that has moved on meanwhile is skipped; one there is no money for is refused. */
async function act(
  context: Context,
  { action }: BulkOperation,
  who: { tenantId: string; jobId: string },
): Promise<Done> {
  const now = context.clock.now();
  if (action === "cancel") {
    const { outcome } = await cancelAndFollow(context, who, now);
    return outcome === "canceled" || outcome === "requested" ? "done" : "skipped";
  }
  const { outcome } = await retryAndFollow(context, who, now);
  if (outcome === "queued" || outcome === "copying") return "done";
  return outcome === "not_found" || outcome === "not_retryable" ? "skipped" : "refused";
}
