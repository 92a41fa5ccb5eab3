import { type CreateJob, reuseSeconds } from "@darkroom/contract/jobs";
import type { Model } from "@darkroom/contract/models/model";
import type { Wanted } from "@darkroom/core/reuse/find-sources";
import { fingerprintJob } from "@darkroom/core/reuse/fingerprint-job";
import { type ProblemReply, problem } from "../reply.ts";
import { jsonPointer } from "../requests/field-errors.ts";
import type { ExaminedPictures } from "./examine-pictures.ts";

export type PlannedReuse =
  /** `inputKey`: what identical jobs will find this one by; null if its pictures are not known. */
  { outcome: "planned"; reuse: Wanted | null; inputKey: Buffer | null } | { outcome: "refused"; reply: ProblemReply };

type Examined = Extract<ExaminedPictures, { outcome: "examined" }>;

/** What identical jobs are known by, and whether this one asks for theirs. */
export function planReuse(
  request: Pick<CreateJob, "reuse">,
  model: Model,
  { input, contents }: Pick<Examined, "input" | "contents">,
  at: readonly PropertyKey[],
): PlannedReuse {
  const withinSeconds = request.reuse === undefined ? null : reuseSeconds(request.reuse);
  const { imageFields } = model;
  const unknown = imageFields.find((field) =>
    [input[field]].flat().some((value) => value !== undefined && !contents.has(value)),
  );
  if (unknown && withinSeconds !== null) return { outcome: "refused", reply: unknownContent(unknown, at) };
  if (unknown) return { outcome: "planned", reuse: null, inputKey: null };
  const inputKey = fingerprintJob({ model: model.id, input, imageFields, contents });
  return { outcome: "planned", reuse: withinSeconds === null ? null : { key: inputKey, withinSeconds }, inputKey };
}

/** What lies behind a URL may change, and fal, not Darkroom, fetches it. */
function unknownContent(field: string, at: readonly PropertyKey[]): ProblemReply {
  const message = `${field} must be an upload (POST /v1/files) or a data URI for reuse: what a URL leads to is not known beforehand`;
  const errors = [{ pointer: jsonPointer([...at, "input", field]), message, code: "content_unknown" }];
  return problem("invalid_input", `${message}.`, { errors });
}
