import { fileSchema } from "@darkroom/contract/files";
import { recordFile } from "@darkroom/core/files/record-file";
import { toWireFile } from "@darkroom/core/files/to-wire";
import type { Request } from "express";
import { z } from "zod";
import type { Api } from "../../api.ts";
import { storeUpload, type Upload } from "../../intake/store-upload.ts";
import { json, problem, type Reply } from "../../reply.ts";
import { openForm } from "../../requests/open-form.ts";
import { defineRoute } from "../../route.ts";

export const uploadFileRoute = defineRoute({
  id: "uploadFile",
  method: "post",
  path: "/v1/files",
  tag: "Files",
  summary: "Upload a picture",
  description:
    "The picture as the body, or as the first file of a multipart/form-data form. JPEG, PNG, WebP, GIF or AVIF: what the bytes " +
    "are counts, not what they are called. The answer's `id` and `url` can be used in any picture field of a job.",
  access: "files:write",
  query: z.strictObject({
    name: z.string().max(255).optional().describe("Taken, and not kept: a file is known by its id."),
  }),
  body: { kind: "bytes", contentTypes: ["image/*", "multipart/form-data"] },
  replies: { 201: { description: "Stored.", schema: fileSchema, headers: { Location: "Path of the file." } } },
  problems: ["invalid_picture", "body_too_large", "unsupported_media_type", "malformed_request"],
  handle: (api, { caller, now, raw }) => uploadPicture(api, { tenantId: caller.tenantId, now }, raw),
});

/** Takes the picture that a request is, or carries, for a tenant. */
export async function uploadPicture(api: Api, who: { tenantId: string; now: Date }, raw: Request): Promise<Reply> {
  const upload = await openUpload(raw, api.env.INPUT_BYTES_MAX);
  if (upload.outcome === "refused") return upload.reply;
  return store(api, who, upload.upload);
}

type Opened = { outcome: "opened"; upload: Upload } | { outcome: "refused"; reply: Reply };

/** The picture's bytes, however they are wrapped. */
async function openUpload(request: Request, bytesMax: number): Promise<Opened> {
  const bytes = Number(request.headers["content-length"] ?? Number.NaN);
  if (request.is("multipart/form-data")) return openForm(request, bytesMax);
  if (!request.is("image/*")) {
    return refuse(request, "unsupported_media_type", "Send the picture as image/*, or in a multipart/form-data form.");
  }
  if (bytes > bytesMax) return refuse(request, "body_too_large", `The picture has more than ${bytesMax} bytes.`);
  // The connection must outlive a picture that is refused half-way: the refusal goes through it.
  const body = request.iterator({ destroyOnReturn: false });
  const plain = request.headers["content-encoding"] === undefined;
  if (!plain) return refuse(request, "unsupported_media_type", "Send the picture without a content-encoding.");
  return {
    outcome: "opened",
    upload: { body, bytes: Number.isNaN(bytes) ? undefined : bytes, drain: () => request.resume() },
  };
}

function refuse(request: Request, code: "unsupported_media_type" | "body_too_large", detail: string): Opened {
  request.resume();
  return { outcome: "refused", reply: problem(code, detail) };
}

async function store(api: Api, who: { tenantId: string; now: Date }, upload: Upload): Promise<Reply> {
  const stored = await storeUpload(api, who, upload);
  if (stored.outcome === "refused") return stored.reply;
  const row = await recordFile(api.db, stored.file, who.now);
  return json(201, toWireFile(row, api.links), { location: `/v1/files/${row.id}` });
}
