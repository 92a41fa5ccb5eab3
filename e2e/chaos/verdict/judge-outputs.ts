import type { Records } from "../records/gather-records.ts";
import type { OutputRecord } from "../records/read-database.ts";
import { groupBy, type Indexed } from "./index-records.ts";
import type { Violation } from "./violation.ts";

/** Succeeded jobs against the bucket: every picture is there, and is the one that fal made. */
export function judgeOutputs(records: Records, { cases }: Indexed): Violation[] {
  const outputs = groupBy(records.database.outputs, ({ jobId }) => jobId);
  return cases
    .filter(({ job }) => job.state === "succeeded")
    .flatMap(({ job }) => {
      const rows = outputs.get(job.id) ?? [];
      const detail = { wanted: job.images, rows: rows.length };
      const tooFew: Violation[] =
        rows.length === job.images
          ? []
          : [
              {
                rule: "outputs_missing",
                what: "a succeeded job has not the pictures it asked for",
                jobId: job.id,
                detail,
              },
            ];
      const reused = job.reusedFrom === null ? [] : judgeReuse(job.id, rows, outputs.get(job.reusedFrom) ?? []);
      return [...tooFew, ...reused, ...rows.flatMap((row) => judgeOutput(records, row))];
    });
}

/** One that got the pictures of an identical job has those, and no others. */
function judgeReuse(jobId: string, rows: readonly OutputRecord[], givers: readonly OutputRecord[]): Violation[] {
  const given = new Set(givers.map(({ sha256 }) => sha256));
  const strange = rows.filter(({ sha256 }) => !given.has(sha256));
  return strange.map((row) => {
    const detail = { row, givers: [...givers] };
    return { rule: "outputs_corrupt", what: "a picture is not the one of the identical job", jobId, detail };
  });
}

function judgeOutput({ bucket, pictures }: Records, row: OutputRecord): Violation[] {
  const object = row.key === null ? undefined : bucket.get(row.key);
  const fals = row.sourceUrl === null ? undefined : pictures.get(row.sourceUrl);
  const found = (rule: Violation["rule"], what: string): Violation[] => [
    { rule, what, jobId: row.jobId, detail: { ...row, object, fals } },
  ];
  if (!row.stored || !object) return found("outputs_missing", "a picture of a succeeded job is not in the bucket");
  if (object.sha256 !== row.sha256 || object.bytes !== row.bytes) {
    return found("outputs_corrupt", "the object is not what its row says");
  }
  // Pictures that came as data URIs have no address at fal to compare with.
  if (fals !== undefined && fals !== object.sha256)
    return found("outputs_corrupt", "the object is not the picture that fal made");
  return [];
}
