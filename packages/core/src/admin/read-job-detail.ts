import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import type { TimelineEntry } from "@darkroom/contract/timeline";
import { listAudit } from "../audit/list-audit.ts";
import { type Database, query, sql } from "../db/database.ts";
import type { RoomLimits } from "../dispatch/measure-room.ts";
import { explainJob } from "../explain/explain-job.ts";
import { readFiles } from "../files/read-file.ts";
import type { Attempt, FalReceipt, File, Job, Output, SpendEntry } from "../generated/prisma/client.ts";
import { isId } from "../ids.ts";
import { readTimeline } from "../jobs/read-timeline.ts";
import type { Models } from "../models.ts";
import { toJobDetail } from "./job-detail.ts";
import type { JobItemRow } from "./job-item.ts";
import { readJobItems } from "./read-job-items.ts";
import type { DeliverySpan } from "./waterfall.ts";

/** Everything the database has about a job. */
export type JobRecord = {
  item: JobItemRow;
  job: Job;
  apiKey: { id: string; name: string; prefix: string } | null;
  outputs: Output[];
  files: File[];
  imageFields: readonly string[];
  attempts: (Attempt & { receipts: ReceiptFacts[] })[];
  timeline: TimelineEntry[];
  spend: SpendEntry[];
  deliveries: (DeliverySpan & { endpoint_id: string | null; last_error: string | null })[];
  audit: AdminJobDetail["audit"];
  explanation: AdminJobDetail["explanation"];
};

/** A receipt without its bytes. */
export type ReceiptFacts = Omit<FalReceipt, "body" | "bodyKey" | "bodyHash" | "headers">;

export type DetailOptions = {
  limits: RoomLimits;
  models: Models;
  payloads: boolean;
  /** For the curl command. */
  baseUrl: string;
  now: Date;
};

/** For a model that is no longer configured. */
const expectedMsDefault = 10_000;
const auditMax = 50;
const deliveriesMax = 100;

/** One job with everything that happened to it; null if there is none. Every part is read by an index of the job's id. */
export async function readJobDetail(db: Database, id: string, options: DetailOptions): Promise<AdminJobDetail | null> {
  const [[item], job] = await Promise.all([readJobItems(db, [id]), db.job.findUnique({ where: { id } })]);
  if (!item || !job) return null;
  const { models, limits, now } = options;
  const model = models.find(job.model);
  const imageFields = model?.imageFields ?? [];
  const [apiKey, outputs, files, attempts, timeline, spend, deliveries, audit, explanation] = await Promise.all([
    job.apiKeyId ? db.apiKey.findUnique({ where: { id: job.apiKeyId }, select: keyFields }) : null,
    db.output.findMany({ where: { jobId: id }, orderBy: { index: "asc" } }),
    readInputFiles(db, job, imageFields),
    readAttempts(db, id),
    readTimeline(db, { tenantId: job.tenantId, jobId: id }),
    db.spendEntry.findMany({ where: { jobId: id }, orderBy: { id: "asc" } }),
    readDeliveries(db, id),
    listAudit(db, { filter: { targetId: id }, beforeId: null, limit: auditMax }),
    explainJob(db, job, limits, { expectedMs: model?.expectedMs ?? expectedMsDefault, now }),
  ]);
  const record: JobRecord = {
    ...{ item, job, apiKey, outputs, files, imageFields, attempts, spend, deliveries, explanation },
    timeline: timeline ?? [],
    audit: audit.entries,
  };
  return toJobDetail(record, options);
}

const keyFields = { id: true, name: true, prefix: true } as const;

function readAttempts(db: Database, jobId: string): Promise<JobRecord["attempts"]> {
  return db.attempt.findMany({
    where: { jobId },
    orderBy: { number: "asc" },
    include: {
      receipts: { orderBy: { receivedAt: "asc" }, omit: { body: true, bodyKey: true, bodyHash: true, headers: true } },
    },
  });
}

async function readInputFiles(db: Database, job: Job, imageFields: readonly string[]): Promise<File[]> {
  const input = (job.input ?? {}) as Record<string, unknown>;
  const ids = imageFields.flatMap((field) => input[field]).filter((value) => typeof value === "string");
  const fileIds = ids.filter((value) => isId("file", value));
  return fileIds.length > 0 ? readFiles(db, { ids: fileIds, tenantId: job.tenantId }) : [];
}

async function readDeliveries(db: Database, jobId: string): Promise<JobRecord["deliveries"]> {
  type Row = Omit<JobRecord["deliveries"][number], "created_at" | "finished_at"> & {
    at: Date;
    finishedAt: Date | null;
  };
  const rows = await query<Row>(
    db,
    sql`select d.id, d.type as event_type, case when n.kind = 'registered' then d.endpoint_id end as endpoint_id, coalesce(d.url, n.url) as url,
               d.state, d.attempts, d.status as last_status, d.error as last_error, d.created_at as at, d.finished_at as "finishedAt"
        from events e join deliveries d on d.event_id = e.id join endpoints n on n.id = d.endpoint_id
        where e.job_id = ${jobId} order by d.seq limit ${deliveriesMax}`,
  );
  return rows.map(({ at, finishedAt, ...row }) => ({
    ...row,
    created_at: at.toISOString(),
    finished_at: finishedAt?.toISOString() ?? null,
  }));
}
