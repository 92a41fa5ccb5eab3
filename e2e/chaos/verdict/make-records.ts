import { openNotebook } from "../clients/notebook.ts";
import type { Heard, RegisteredEndpoint } from "../customers/start-customers.ts";
import type { Records } from "../records/gather-records.ts";
import type { AttemptRecord, DatabaseRecord, JobRecord, OutputRecord, SpendRecord } from "../records/read-database.ts";
import type { LedgerRecord } from "../records/read-fal.ts";
import { indexRecords } from "./index-records.ts";
import { spentIn, usedSince } from "./judge-sums.ts";

/**
 * Made-up records in which everything is well: one job, promised, bought once, stored and told. Tests spoil them; what is kept in
 * sums and what customers heard then follow from the spoiled rows, unless `spoilEnd` spoils that.
 */
export function makeRecords(
  spoil: (records: Records) => void = () => {},
  spoilEnd: (records: Records) => void = () => {},
): Records {
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
      events: [makeEvent("job.succeeded")],
      spend: [makeEntry("reserve", 6_000), makeEntry("settle", 5_000)],
      budgets: [{ id: "bgt_1", tenantId: "ten_1", apiKeyId: null, period: "day", limitMicros: 100_000 }],
      budgetUses: [],
      usage: [],
      endpoints: [{ id: "ep_1", tenantId: "ten_1", state: "enabled" }],
      deliveries: [],
      batches: [],
      looseObjects: [],
    },
    ledger: [makeRow()],
    bucket: new Map([
      ["tenants/ten_1/jobs/job_1/out_1.png", { bytes: 10, sha256: "a1" }],
      ["tenants/ten_1/files/file_1.png", { bytes: 5, sha256: "f1" }],
    ]),
    pictures: new Map([["http://fal/1.png", "a1"]]),
    customers: { registered: [makeEndpoint()], heard: [] },
  };
  spoil(records);
  addUp(records);
  tellAll(records);
  spoilEnd(records);
  return records;
}

/** Usage and budgets as they follow from the ledger. */
function addUp({ database, ledger }: Records): void {
  const endings = indexRecords({ database, ledger }).cases.flatMap(({ rounds }) =>
    rounds.flatMap((each) => each.endings),
  );
  const count = (state: string) => endings.filter(({ to }) => to === state).length;
  const counts = { succeeded: count("succeeded"), failed: count("failed"), canceled: count("canceled") };
  const row = { tenantId: "ten_1", value: "", ...counts, costMicros: spentIn(database.spend) };
  database.usage = (["total", "model", "key"] as const).map((dimension) => ({ ...row, dimension }));
  const usedMicros = usedSince(database.spend, "day", "2026-11-20T00:00:00Z");
  database.budgetUses = [{ budgetId: "bgt_1", startsAt: "2026-11-20T00:00:00Z", usedMicros }];
}

/** Every event reaches the one endpoint there is. */
function tellAll({ customers, database }: Records): void {
  database.deliveries = database.events.map(({ id }) => {
    return { id: `dlv_${id}`, eventId: id, endpointId: "ep_1", url: null, state: "delivered", attempts: 1 };
  });
  customers.heard = database.events.map((event) => makeHeard(event));
}

let events = 0;

export function makeEvent(type: string, jobId = "job_1"): DatabaseRecord["events"][number] {
  events += 1;
  return { id: `evt_${events}`, tenantId: "ten_1", jobId, type, subjectId: jobId };
}

export function makeHeard(
  { id, subjectId, type }: Pick<DatabaseRecord["events"][number], "id" | "subjectId" | "type">,
  differs: Partial<Heard> = {},
): Heard {
  return {
    ...{ path: "/tenant-0/all", eventId: id, type, subjectId, refusal: null, bodySha256: `body of ${id}` },
    ...{ answered: "ok", at: "2026-11-20T10:00:11Z" },
    ...differs,
  };
}

export function makeEndpoint(differs: Partial<RegisteredEndpoint> = {}): RegisteredEndpoint {
  return {
    ...{ id: "ep_1", path: "/tenant-0/all", tenant: 0, name: "all", temper: "steady", events: [], fifo: "none" },
    ...differs,
  };
}

export function makeEntry(kind: SpendRecord["kind"], micros: number, differs: Partial<SpendRecord> = {}): SpendRecord {
  return {
    ...{ jobId: "job_1", tenantId: "ten_1", apiKeyId: "key_1", round: 1, kind, micros },
    ...{ estimated: false, at: "2026-11-20T10:00:00Z" },
    ...differs,
  };
}

export function makeJob(differs: Partial<JobRecord> = {}): JobRecord {
  return {
    ...{
      id: "job_1",
      tenantId: "ten_1",
      apiKeyId: "key_1",
      batchId: null,
      webhookUrl: null,
      state: "succeeded",
      intent: "intent-1",
      madeAt: "2026-11-20T10:00:00Z",
      attempt: 1,
      round: 1,
      charged: "yes",
    },
    ...{ errorCode: null, costMicros: 5_000, reservedMicros: 6_000, images: 1, dueAt: null, reusedFrom: null },
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
