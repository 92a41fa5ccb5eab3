import type { Dimensions } from "@darkroom/contract/models/image-size";
import type { Model } from "@darkroom/contract/models/model";
import type { Context } from "@darkroom/core/context";
import { checkUrl } from "@darkroom/core/egress/check-url";
import { newId } from "@darkroom/core/ids";
import { decodeDataUri } from "@darkroom/core/storage/decode-data-uri";
import type { ImageType } from "@darkroom/core/storage/image-types";
import { type ProblemReply, problem } from "../reply.ts";
import { jsonPointer } from "../requests/field-errors.ts";
import type { FileFinder } from "./file-finder.ts";

/** A picture that came inside the job; it becomes a file of its tenant when the job is accepted. */
export type NewPicture = {
  id: string;
  bytes: Buffer;
  contentType: ImageType;
  width: number;
  height: number;
  sha256: string;
};

export type ExaminedPictures =
  | {
      outcome: "examined";
      /** The input with every picture as a URL or a file id. */
      input: Record<string, unknown>;
      newPictures: NewPicture[];
      /** Size of the picture in `image_url`, where it is known: `auto` sizes and their price follow from it. */
      source: Dimensions | null;
      /** SHA-256 by value in the input; none for pictures by URL, whose content nobody knows before fal fetches them. */
      contents: Map<unknown, string>;
    }
  | { outcome: "refused"; reply: ProblemReply };

type Taken = {
  ok: true;
  value: unknown;
  size: Dimensions | null;
  picture: NewPicture | null;
  sha256: string | null;
};
type Refused = { ok: false; reply: ProblemReply };
type Place = { name: string; pointer: string };
type Means = { context: Pick<Context, "env" | "links">; findFile: FileFinder };

type Job = { model: Model; input: Record<string, unknown>; at: readonly PropertyKey[] };

/** Looks at every picture of an input and stores none: data URIs are decoded, files looked up, URLs judged but not fetched. */
export async function examinePictures(means: Means, job: Job): Promise<ExaminedPictures> {
  const input = { ...job.input };
  const newPictures: NewPicture[] = [];
  const contents = new Map<unknown, string>();
  let source: Dimensions | null = null;
  for (const field of job.model.imageFields.filter((name) => input[name] !== undefined)) {
    const taken = await examineField(means, job, field);
    if ("reply" in taken) return { outcome: "refused", reply: taken.reply };
    for (const { value, sha256 } of taken) if (sha256) contents.set(value, sha256);
    newPictures.push(...taken.flatMap(({ picture }) => picture ?? []));
    input[field] = Array.isArray(input[field]) ? taken.map(({ value }) => value) : taken[0]?.value;
    if (field === "image_url") source = taken[0]?.size ?? null;
  }
  return { outcome: "examined", input, newPictures, source, contents };
}

/** A field holds one picture or, at some models, a list of them. */
async function examineField(means: Means, { input, at }: Job, field: string): Promise<Taken[] | Refused> {
  const given = input[field];
  const taken: Taken[] = [];
  for (const [index, value] of (Array.isArray(given) ? given : [given]).entries()) {
    const path = Array.isArray(given) ? [field, index] : [field];
    const result = await examine(means, value, placeOf([...at, "input", ...path], path));
    if (!result.ok) return result;
    taken.push(result);
  }
  return taken;
}

function placeOf(pointer: readonly PropertyKey[], path: readonly (string | number)[]): Place {
  return { name: path.join("."), pointer: jsonPointer(pointer) };
}

async function examine(means: Means, value: unknown, place: Place): Promise<Taken | Refused> {
  if (typeof value !== "string") return keep(value);
  if (value.startsWith("data:")) return examineDataUri(means, value, place);
  const fileId = value.startsWith("file_") ? value : means.context.links.fileIdIn(value);
  return fileId === null ? examineUrl(means, value, place) : examineFile(means, fileId, place);
}

async function examineDataUri({ context }: Means, text: string, place: Place): Promise<Taken | Refused> {
  const decoded = await decodeDataUri(text, { bytesMax: context.env.INPUT_BYTES_MAX });
  if (!decoded.ok) {
    const code = decoded.reason === "too_large" ? "body_too_large" : "invalid_picture";
    return refuse(code, decoded.reason, place, `is no usable picture: ${decoded.detail}`);
  }
  const { bytes, contentType, width, height, sha256 } = decoded;
  const picture = { id: newId("file"), bytes, contentType, width, height, sha256 };
  return { ok: true, value: picture.id, size: { width, height }, picture, sha256 };
}

async function examineFile({ findFile }: Means, id: string, place: Place): Promise<Taken | Refused> {
  const file = await findFile(id);
  if (!file) return refuse("invalid_input", "unknown_file", place, "names a file that is not there");
  const size = { width: file.width, height: file.height };
  return { ok: true, value: file.id, size, picture: null, sha256: file.sha256 };
}

/** The address as it was judged goes to fal, not the text: two parsers may read one text differently. */
function examineUrl({ context }: Means, text: string, place: Place): Taken | Refused {
  const { EGRESS_ALLOW_CIDRS: allowCidrs, EGRESS_ALLOW_HTTP: allowHttp } = context.env;
  const checked = checkUrl(text, { allowCidrs, allowHttp });
  if (!checked.ok) return refuse("forbidden_url", checked.reason, place, `is not allowed: ${checked.detail}`);
  return keep(checked.url.href);
}

function keep(value: unknown): Taken {
  return { ok: true, value, size: null, picture: null, sha256: null };
}

/** Says what is wrong without repeating it: pictures and signed links are nobody else's business. */
function refuse(
  code: "invalid_picture" | "invalid_input" | "forbidden_url" | "body_too_large",
  kind: string,
  { name, pointer }: Place,
  what: string,
): Refused {
  const message = `${name} ${what.replace(/\.$/, "")}`;
  return { ok: false, reply: problem(code, `${message}.`, { errors: [{ pointer, message, code: kind }] }) };
}
