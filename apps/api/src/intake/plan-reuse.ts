import { type CreateJob, reuseSeconds } from "@darkroom/contract/jobs";
import type { Model } from "@darkroom/contract/models/model";
import type { Wanted } from "@darkroom/core/reuse/find-sources";
import { fingerprintJob } from "@darkroom/core/reuse/fingerprint-job";
import { type ProblemReply, problem } from "../reply.ts";
import { jsonPointer } from "../requests/field-errors.ts";
import type { ExaminedPictures } from "./examine-pictures.ts";

export type PlannedReuse = { outcome: "planned"; reuse: Wanted | null } | { outcome: "refused"; reply: ProblemReply };

type Examined = Extract<ExaminedPictures, { outcome: "examined" }>;

/** What an identical job is known by, if the job asks for `reuse`. */
export function planReuse(
  request: Pick<CreateJob, "reuse">,
  model: Model,
  { input, contents }: Pick<Examined, "input" | "contents">,
  at: readonly PropertyKey[],
): PlannedReuse {
  const withinSeconds = request.reuse === undefined ? null : reuseSeconds(request.reuse);
  if (withinSeconds === null) return { outcome: "planned", reuse: null };
  const { imageFields } = model;
  const unknown = imageFields.find((field) =>
    [input[field]].flat().some((value) => value !== undefined && !contents.has(value)),
  );
  if (unknown) return { outcome: "refused", reply: unknownContent(unknown, at) };
  const key = fingerprintJob({ model: model.id, input, imageFields, contents });
  return { outcome: "planned", reuse: { key, withinSeconds } };
}

/** What lies behind a URL may change, and fal, not Darkroom, fetches it. */
function unknownContent(field: string, at: readonly PropertyKey[]): ProblemReply {
  const message = `${field} must be an upload (POST /v1/files) or a data URI for reuse: what a URL leads to is not known beforehand`;
  const errors = [{ pointer: jsonPointer([...at, "input", field]), message, code: "content_unknown" }];
  return problem("invalid_input", `${message}.`, { errors });
}
