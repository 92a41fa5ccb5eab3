import { deadlineSecondsMax } from "@darkroom/contract/jobs";
import { type Database, query, sql } from "../db/database.ts";
import type { JobRow } from "../jobs/job-row.ts";
import type { Secrets } from "../secrets.ts";
import { ensureOrigin } from "./ensure-origin.ts";

/** For a job that is opened again: the origin of its webhook_url may have been deleted since, or be about to. */
export async function renewOrigin(
  db: Database,
  secrets: Secrets,
  job: Pick<JobRow, "id" | "tenantId" | "webhookUrl" | "webhookEndpointId">,
  now: Date,
): Promise<void> {
  if (!job.webhookUrl) return;
  const usedUntil = new Date(now.getTime() + deadlineSecondsMax * 1000);
  const endpointId = await ensureOrigin(db, secrets, { tenantId: job.tenantId, url: job.webhookUrl, usedUntil, now });
  if (endpointId === job.webhookEndpointId) return;
  await query(db, sql`update jobs set webhook_endpoint_id = ${endpointId} where id = ${job.id} returning 1`);
}
