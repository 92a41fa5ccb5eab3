import { defaultModel } from "@darkroom/contract/jobs";
import type { Db } from "@darkroom/core/db/database";
import { newId } from "@darkroom/core/ids";
import { createJobs, type NewJob } from "@darkroom/core/jobs/create-jobs";
import type { JobRow } from "@darkroom/core/jobs/job-row";

/** A tenant to hang jobs on. */
export async function makeTenant(db: Db, options: { weight?: number; inFlightMax?: number; now?: Date } = {}) {
  const id = newId("ten");
  const { weight = 1, inFlightMax = null, now = new Date() } = options;
  return db.tenant.create({ data: { id, name: id, weight, inFlightMax, createdAt: now } });
}

/** A job as intake makes it, where a test does not say otherwise. */
export function newJob(tenantId: string, now: Date, changes: Partial<NewJob> = {}): NewJob {
  return {
    id: newId("job"),
    tenantId,
    apiKeyId: null,
    batchId: null,
    model: defaultModel,
    input: { prompt: "a quiet harbour at dawn", image_url: "https://example.com/in.png", num_images: 1 },
    priority: 0,
    runAt: null,
    deadlineAt: new Date(now.getTime() + 3_600_000),
    attemptsMax: 3,
    maxCostMicros: null,
    reservedMicros: 5_000,
    tags: [],
    metadata: {},
    ...changes,
  };
}

/** An accepted job. */
export async function makeJob(db: Db, tenantId: string, now: Date, changes: Partial<NewJob> = {}): Promise<JobRow> {
  const result = await createJobs(db, { jobs: [newJob(tenantId, now, changes)], claim: null, now });
  if (result.outcome !== "created" || !result.jobs[0]) throw new Error("the job was not created");
  return result.jobs[0];
}
