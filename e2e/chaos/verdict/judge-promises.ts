import type { Records } from "../records/gather-records.ts";
import { groupBy, type Indexed } from "./index-records.ts";
import type { Violation } from "./violation.ts";

const finalStates = ["succeeded", "failed", "canceled"];

/** What clients were told against what there is: nothing promised may be missing, unfinished, or made twice. */
export function judgePromises(records: Records, indexed: Indexed): Violation[] {
  return [
    ...lostJobs(records, indexed),
    ...lostFiles(records),
    ...emptyFiles(records),
    ...falseEnds(records, indexed),
    ...twins(records, indexed),
    ...falseRefusals(records, indexed),
    ...stuckJobs(indexed),
  ];
}

function lostJobs({ notebook }: Records, { byJob }: Indexed): Violation[] {
  const promised = new Map(notebook.accepted.map((promise) => [promise.jobId, promise]));
  const lost = [...promised.values()].filter(({ jobId }) => !byJob.has(jobId));
  return lost.map((promise) => ({
    rule: "lost",
    what: "a job was accepted, and there is no such row",
    jobId: promise.jobId,
    detail: promise,
  }));
}

function lostFiles({ notebook, database, bucket }: Records): Violation[] {
  const rows = new Map(database.files.map((file) => [file.id, file]));
  const isThere = ({ fileId, sha256 }: { fileId: string; sha256: string }) => {
    const row = rows.get(fileId);
    return row?.sha256 === sha256 && bucket.get(row.key)?.sha256 === sha256;
  };
  const lost = notebook.files.filter((file) => !isThere(file));
  return lost.map((file) => ({
    rule: "lost",
    what: "a file was taken, and is not there as it was",
    jobId: null,
    detail: file,
  }));
}

/** Every picture that the database names is there, also those that came inside a job: without it the job cannot be done. */
function emptyFiles({ bucket, database }: Records): Violation[] {
  const empty = database.files.filter((file) => !file.erased && bucket.get(file.key)?.sha256 !== file.sha256);
  return empty.map((file) => ({
    rule: "lost",
    what: "a picture to start from is not in the bucket",
    jobId: /jobs\/([^/]+)\//.exec(file.key)?.[1] ?? null,
    detail: file,
  }));
}

/** What was read after everything had come to rest is what has to be there. */
function falseEnds({ notebook, database }: Records, { byJob }: Indexed): Violation[] {
  const shaById = new Map(database.outputs.map(({ id, sha256 }) => [id, sha256]));
  return notebook.ends.flatMap((end): Violation[] => {
    const found = byJob.get(end.jobId)?.job;
    const isFinal = finalStates.includes(end.status);
    const sameState = found?.state === end.status || (!isFinal && !finalStates.includes(found?.state ?? ""));
    const sameOutputs = end.outputs.every(({ id, sha256 }) => shaById.get(id) === sha256);
    if (found && sameState && sameOutputs) return [];
    return [
      {
        rule: "lost",
        what: "a client was told another end",
        jobId: end.jobId,
        detail: { told: end, is: found?.state ?? null },
      },
    ];
  });
}

/** One wish, one job: whether two replies named two, or the database has two. */
function twins({ notebook }: Records, { cases }: Indexed): Violation[] {
  const told = groupBy(notebook.accepted, ({ name }) => name);
  const made = groupBy(cases, ({ job }) => job.intent ?? undefined);
  const names = new Set([...told.keys(), ...made.keys()]);
  return [...names].flatMap((name): Violation[] => {
    const ids = new Set([
      ...(told.get(name) ?? []).map(({ jobId }) => jobId),
      ...(made.get(name) ?? []).map(({ job }) => job.id),
    ]);
    if (ids.size < 2) return [];
    return [
      { rule: "paid_twice", what: "one Idempotency-Key made two jobs", jobId: null, detail: { name, ids: [...ids] } },
    ];
  });
}

/**
 * Whoever asks after the job was made is told of it. Before that a refusal is no lie: it leaves the key free, and who asks again
 * with it, or had asked at the same time, may find room that another job has given back.
 */
function falseRefusals({ notebook }: Records, { cases }: Indexed): Violation[] {
  const madeAt = new Map(
    cases.flatMap(({ job }) => (job.intent && job.madeAt ? [[job.intent, Date.parse(job.madeAt)]] : [])),
  );
  const late = notebook.overBudget.filter(({ name, askedAt }) => (madeAt.get(name) ?? Infinity) < Date.parse(askedAt));
  return late.map((refusal) => ({
    rule: "lost",
    what: "one Idempotency-Key was answered with a refusal after its job had been made",
    jobId: null,
    detail: { ...refusal, madeAt: new Date(madeAt.get(refusal.name) as number).toISOString() },
  }));
}

function stuckJobs({ cases }: Indexed): Violation[] {
  const stuck = cases.filter(({ job }) => !finalStates.includes(job.state));
  return stuck.map(({ job }) => ({
    rule: "stuck",
    what: `a job is still ${job.state}`,
    jobId: job.id,
    detail: { ...job },
  }));
}
