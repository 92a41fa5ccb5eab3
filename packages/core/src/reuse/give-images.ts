import { type Database, query, sql } from "../db/database.ts";
import { newId } from "../ids.ts";
import { type EndedJob, endJob } from "../jobs/transition.ts";

/**
 * Ends a waiting job with the images of the one it waited for, at no cost: rows of its own that name the same objects, and the end
 * itself, in one transaction. The leader is held meanwhile, so that an erasure comes before it (then nothing is given) or after it
 * (then it sees that the objects have another owner). Null if the job waits no more, or the images are gone.
 */
export function giveImages(
  db: Database,
  { jobId, leaderId }: { jobId: string; leaderId: string },
  now: Date,
): Promise<EndedJob | null> {
  return db.$transaction(async (tx) => {
    const [held] = await query<{ seed: bigint | null }>(
      tx,
      sql`select seed from jobs where id = ${leaderId} and state = 'succeeded' and erased_at is null for share`,
    );
    const waits = held && (await query(tx, waiting(jobId, leaderId)));
    if (!held || !waits?.length) return null;
    const outputs = await tx.output.findMany({ where: { jobId: leaderId } });
    const copies = outputs.map((output) => ({ ...output, id: newId("out"), jobId, createdAt: now, sourceUrl: null }));
    await tx.output.createMany({ data: copies });
    return endJob(tx, {
      jobId,
      from: ["queued"],
      set: [sql`seed = ${held.seed}::bigint`],
      ending: { to: "succeeded", charged: "no" },
      data: { reused_from: leaderId },
      now,
    });
  });
}

/** Held until its end is written, so that a cancel comes before or after, too. */
function waiting(jobId: string, leaderId: string) {
  return sql`select 1 from jobs where id = ${jobId} and state = 'queued' and reused_from = ${leaderId} for update`;
}
