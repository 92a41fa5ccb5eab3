import type { Db } from "../db/database.ts";
import type { JobWithOutputs } from "./to-wire.ts";

/** A tenant's job with its images. Another tenant's id is as good as no id. */
export function readJob(db: Db, who: { tenantId: string; jobId: string }): Promise<JobWithOutputs | null> {
  return db.job.findFirst({
    where: { id: who.jobId, tenantId: who.tenantId },
    include: { outputs: { orderBy: { index: "asc" } } },
  });
}

/** A tenant's jobs with these ids, in no particular order. */
export function readJobs(db: Db, who: { tenantId: string; jobIds: string[] }): Promise<JobWithOutputs[]> {
  return db.job.findMany({
    where: { id: { in: who.jobIds }, tenantId: who.tenantId },
    include: { outputs: { orderBy: { index: "asc" } } },
  });
}
