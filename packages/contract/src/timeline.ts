import { z } from "zod";

/** What can happen to a job, as its timeline and its stream tell it. The status after it is named where it changes. */
export const timelineCatalogue = {
  "job.queued": { status: "queued", meaning: "Accepted, or back in line for another try." },
  "job.following": {
    status: "queued",
    meaning: "Waits for the images of an identical job, instead of being generated itself.",
  },
  "job.submitting": { status: "processing", meaning: "Got a slot; its attempt is on its way to fal." },
  "attempt.accepted": { status: "processing", meaning: "fal has it and named its request id." },
  "attempt.rejected": { status: "queued", meaning: "fal refused the submit; back in line for another try." },
  "attempt.not_sent": { status: "queued", meaning: "The submit never left; back in line, and the try does not count." },
  "attempt.unknown": { status: null, meaning: "The reply to the submit was lost; being resolved, not sent again." },
  "attempt.failed": {
    status: "queued",
    meaning: "fal answered that the generation failed; back in line for another try.",
  },
  "job.copying": { status: "processing", meaning: "Generated; its images are on their way to storage." },
  "copy.failed": { status: null, meaning: "A copy failed and will be tried again." },
  "job.cancel_requested": { status: null, meaning: "Cancel was asked for while fal had the job." },
  "job.succeeded": { status: "succeeded", meaning: "Every image is stored and verified." },
  "job.failed": { status: "failed", meaning: "Ended without images; the error says why." },
  "job.canceled": { status: "canceled", meaning: "Ended because it was canceled." },
  "job.charge_corrected": {
    status: null,
    meaning: "fal's answer came after the end: `charged` was unknown, and is known now.",
  },
  "job.erased": { status: null, meaning: "Prompt, pictures and payloads were deleted." },
} as const;

export type TimelineKind = keyof typeof timelineCatalogue;
export const timelineKinds = Object.keys(timelineCatalogue) as [TimelineKind, ...TimelineKind[]];

export const timelineEntrySchema = z
  .object({
    seq: z.int().describe("Grows; usable as Last-Event-ID on the stream."),
    at: z.iso.datetime(),
    kind: z.enum(timelineKinds),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "TimelineEntry" });
export type TimelineEntry = z.infer<typeof timelineEntrySchema>;

export const timelineSchema = z.object({ data: z.array(timelineEntrySchema) }).meta({ id: "Timeline" });
export type Timeline = z.infer<typeof timelineSchema>;
