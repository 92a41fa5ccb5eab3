import pLimit from "p-limit";
import type { Context } from "../context.ts";
import { describe } from "../fal/ask-fal.ts";
import { uploadFile } from "../fal/upload-file.ts";
import type { File } from "../generated/prisma/client.ts";
import { isId } from "../ids.ts";
import type { JobRow } from "../jobs/job-row.ts";
import { presignGet } from "../storage/presign-get.ts";
import { readObject } from "../storage/read-object.ts";

/** `isLost`: the picture is gone for good, so that waiting does not help. */
type Unprepared = { ok: false; reason: string; isLost: boolean };
export type PreparedInput = { ok: true; input: Record<string, unknown> } | Unprepared;

/** fal keeps uploads at least a week (fal: FAQ); a day of reuse stays far from that. */
const reuseMs = 86_400_000;
/** A presigned link must outlive fal's queue; SigV4 allows a week. */
const presignedSeconds = 86_400;
/** An upload holds the whole picture in memory: four at a time bound that to four times INPUT_BYTES_MAX. */
const oneOfFour = pLimit(4);

/** The job's input as fal gets it: our file ids become URLs that fal can fetch. Nothing of the job is sent yet. */
export async function inputForFal(context: Context, job: JobRow): Promise<PreparedInput> {
  const input = { ...(job.input as Record<string, unknown>) };
  for (const field of context.models.find(job.model)?.imageFields ?? []) {
    const value = input[field];
    const several = Array.isArray(value);
    const urls = await Promise.all((several ? value : [value]).map((one: unknown) => urlForFal(context, job, one)));
    const failed = urls.find((url) => !url.ok);
    if (failed && !failed.ok) return { ...failed, reason: `${field}: ${failed.reason}` };
    const values = urls.map((url) => (url.ok ? url.value : undefined));
    if (value !== undefined) input[field] = several ? values : values[0];
  }
  return { ok: true, input };
}

type FieldValue = { ok: true; value: unknown } | Unprepared;

async function urlForFal(context: Context, job: JobRow, value: unknown): Promise<FieldValue> {
  if (typeof value !== "string" || !isId("file", value)) return { ok: true, value };
  const file = await context.db.file.findFirst({ where: { id: value, tenantId: job.tenantId } });
  if (!file || file.erasedAt) return { ok: false, reason: "the file has been deleted", isLost: true };
  if (context.env.FAL_INPUT_TRANSFER === "presigned") {
    return {
      ok: true,
      value: await presignGet(context.storage, { key: file.key, expiresInSeconds: presignedSeconds }),
    };
  }
  const known = file.falUrlUntil && file.falUrlUntil > context.clock.now() ? file.falUrl : null;
  return known ? { ok: true, value: known } : oneOfFour(() => upload(context, file));
}

async function upload(context: Context, file: File): Promise<FieldValue> {
  const read = await readObject(context.storage, { key: file.key, bytesMax: context.env.INPUT_BYTES_MAX });
  if (read.outcome !== "read") {
    return { ok: false, reason: `the stored picture could not be read: ${read.outcome}`, isLost: true };
  }
  const name = file.key.slice(file.key.lastIndexOf("/") + 1);
  const reply = await uploadFile(context.fal, { bytes: read.bytes, contentType: file.contentType, name });
  if (reply.kind !== "ok") return { ok: false, reason: `upload to fal: ${describe(reply)}`, isLost: false };
  const falUrlUntil = new Date(context.clock.now().getTime() + reuseMs);
  await context.db.file.update({ where: { id: file.id }, data: { falUrl: reply.value, falUrlUntil } });
  return { ok: true, value: reply.value };
}
