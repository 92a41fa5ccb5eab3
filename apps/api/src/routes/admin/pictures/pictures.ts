import { readFile } from "@darkroom/core/files/read-file";
import type { Api } from "../../../api.ts";
import { notFound, type Reply } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";
import { serveObject } from "./serve-object.ts";

const picture = { 200: { description: "The picture.", contentType: "image/*" } };
const problems = ["not_found"] as const;

/** Its output, while its job is not erased. */
async function findOutput(api: Api, id: string) {
  const row = await api.db.output.findFirst({ where: { id, job: { erasedAt: null } } });
  return row?.storedAt && row.key && row.contentType ? { ...row, key: row.key, contentType: row.contentType } : null;
}

export const readAdminOutputRoute = defineAdminRoute("readOutput", {
  summary: "An output",
  params: idParams,
  replies: picture,
  problems,
  async handle(api, { params }) {
    const output = await findOutput(api, params.id);
    return output ? serveObject(api, output.key, output.contentType) : notFound("output");
  },
});

export const readOutputThumbnailRoute = defineAdminRoute("readOutputThumbnail", {
  summary: "An output, small",
  description: "At most 320 pixels a side; made when first asked for.",
  params: idParams,
  replies: picture,
  problems,
  async handle(api, { params }) {
    const output = await findOutput(api, params.id);
    return output ? serveThumbnail(api, { table: "outputs", ...output }) : notFound("output");
  },
});

export const readAdminFileRoute = defineAdminRoute("readFile", {
  summary: "An input picture",
  params: idParams,
  replies: picture,
  problems,
  async handle(api, { params }) {
    const file = await readFile(api.db, { id: params.id, tenantId: null });
    return file ? serveObject(api, file.key, file.contentType) : notFound("file");
  },
});

export const readFileThumbnailRoute = defineAdminRoute("readFileThumbnail", {
  summary: "An input picture, small",
  params: idParams,
  replies: picture,
  problems,
  async handle(api, { params }) {
    const file = await readFile(api.db, { id: params.id, tenantId: null });
    return file ? serveThumbnail(api, { table: "files", ...file }) : notFound("file");
  },
});

type Pictured = { table: "outputs" | "files"; id: string; key: string; thumbKey: string | null };

async function serveThumbnail(api: Api, pictured: Pictured): Promise<Reply> {
  const key = await api.thumbnails.ensure(pictured);
  return key ? serveObject(api, key, "image/webp") : notFound("thumbnail");
}
