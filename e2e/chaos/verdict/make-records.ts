import { openNotebook } from "../clients/notebook.ts";
import type { Records } from "../records/gather-records.ts";
import type { AttemptRecord, DatabaseRecord, JobRecord, OutputRecord } from "../records/read-database.ts";
import type { LedgerRecord } from "../records/read-fal.ts";

/** Made-up records in which everything is well: one job, promised, bought once, stored and told. Tests spoil them. */
export function makeRecords(spoil: (records: Records) => void = () => {}): Records {
  const notebook = openNotebook();
  notebook.accepted.push({ key: "key-1", name: "intent-1", tenant: 0, jobId: "job_1", at: "2026-11-20T10:00:00Z" });
  notebook.files.push({ fileId: "file_1", tenant: 0, sha256: "f1" });
  notebook.ends.push({
    jobId: "job_1",
    status: "succeeded",
    outputs: [{ id: "out_1", sha256: "a1" }],
    at: "2026-11-20T10:01:00Z",
  });
  const records: Records = {
    notebook,
    database: {
      jobs: [makeJob()],
      attempts: [makeAttempt()],
      outputs: [makeOutput()],
      files: [{ id: "file_1", key: "tenants/ten_1/files/file_1.png", sha256: "f1", erased: false }],
      receipts: [],
      timeline: [
        line("job.queued"),
        line("job.submitting", { attempt: 1 }),
        line("job.copying"),
        line("job.succeeded"),
      ],
      events: [{ jobId: "job_1", type: "job.succeeded" }],
      spend: [
        { jobId: "job_1", round: 1, kind: "reserve", micros: 6_000 },
        { jobId: "job_1", round: 1, kind: "settle", micros: 5_000 },
      ],
    },
    ledger: [makeRow()],
    bucket: new Map([
      ["tenants/ten_1/jobs/job_1/out_1.png", { bytes: 10, sha256: "a1" }],
      ["tenants/ten_1/files/file_1.png", { bytes: 5, sha256: "f1" }],
    ]),
    pictures: new Map([["http://fal/1.png", "a1"]]),
  };
  spoil(records);
  return records;
}

export function makeJob(differs: Partial<JobRecord> = {}): JobRecord {
  return {
    ...{ id: "job_1", tenantId: "ten_1", state: "succeeded", intent: "intent-1", attempt: 1, round: 1, charged: "yes" },
    ...{ errorCode: null, costMicros: 5_000, reservedMicros: 6_000, images: 1, dueAt: null },
    ...{ deadlineAt: "2026-11-21T10:00:00Z", finishedAt: "2026-11-20T10:00:10Z" },
    ...differs,
  };
}

export function makeAttempt(differs: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    ...{ id: "att_1", jobId: "job_1", number: 1, token: "token-1", requestId: "request-1", outcome: "accepted" },
    ...{ errorCode: null, sent: true, doubted: false },
    ...differs,
  };
}

export function makeOutput(differs: Partial<OutputRecord> = {}): OutputRecord {
  return {
    ...{ id: "out_1", jobId: "job_1", index: 0, key: "tenants/ten_1/jobs/job_1/out_1.png", bytes: 10, sha256: "a1" },
    ...{ stored: true, sourceUrl: "http://fal/1.png" },
    ...differs,
  };
}

export function makeRow(differs: Partial<LedgerRecord> = {}): LedgerRecord {
  return {
    ...{ requestId: "request-1", webhookUrl: "http://us/webhooks/fal/token-1", outcome: "succeeded", imageCount: 1 },
    ...{ billedMicros: 5_000, faults: [], arrivedAt: "2026-11-20T10:00:01Z" },
    ...differs,
  };
}

export function line(
  kind: string,
  data: Record<string, unknown> = {},
  jobId = "job_1",
): DatabaseRecord["timeline"][number] {
  return { jobId, kind, data, at: "2026-11-20T10:00:00Z" };
}
