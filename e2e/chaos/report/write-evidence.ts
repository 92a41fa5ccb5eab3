import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Struck } from "../faults/torment.ts";
import type { Records } from "../records/gather-records.ts";
import type { Verdict } from "../verdict/judge.ts";
import type { Violation } from "../verdict/violation.ts";
import type { Result } from "./result.ts";

/** Everything one needs to look into a run, beside the logs of its processes. Answers the folder. */
export async function writeEvidence(
  dir: string,
  run: { result: Result; verdict: Verdict; records: Records; struck: Struck[] },
): Promise<string> {
  const folder = join(dir, "evidence");
  await mkdir(folder, { recursive: true });
  const { customers, notebook, database, ledger } = run.records;
  const files = {
    "result.json": run.result,
    "violations.json": run.verdict.violations.map((violation) => withHistory(violation, run.records)),
    "notes.json": { ...run.verdict.notes, orphans: run.verdict.orphans },
    "faults.json": run.struck,
    "notebook.json": { ...notebook, replies: Object.fromEntries(notebook.replies) },
    "database.json": database,
    "ledger.json": ledger,
    "customers.json": customers,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), `${JSON.stringify(content, null, 1)}\n`);
  }
  return folder;
}

/** A violation with all that happened to its job, from every record. */
function withHistory(violation: Violation, { database, ledger, notebook }: Records) {
  const { jobId } = violation;
  if (jobId === null) return violation;
  const attempts = database.attempts.filter((attempt) => attempt.jobId === jobId);
  const isOfJob = (url: string | null) => attempts.some(({ token }) => url?.endsWith(token));
  return {
    ...violation,
    history: {
      job: database.jobs.find(({ id }) => id === jobId),
      timeline: database.timeline.filter((line) => line.jobId === jobId),
      attempts,
      receipts: database.receipts.filter(({ attemptId }) => attempts.some(({ id }) => id === attemptId)),
      spend: database.spend.filter((entry) => entry.jobId === jobId),
      events: database.events.filter((event) => event.jobId === jobId),
      told: notebook.accepted.filter((promise) => promise.jobId === jobId),
      at_fal: ledger.filter((row) => isOfJob(row.webhookUrl) || attempts.some((a) => a.requestId === row.requestId)),
    },
  };
}
