import { readFile } from "@darkroom/core/files/read-file";
import type { Api } from "../../../api.ts";
import { notFound, type Reply } from "../../../reply.ts";
import type { Route } from "../../../route.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";
import { serveObject } from "./serve-object.ts";

type Stored = { id: string; key: string; contentType: string; thumbKey: string | null };

/** A kind of picture: where it is kept, and how one is found unless it was erased. */
type Pictures = {
  noun: string;
  table: "outputs" | "files";
  find(api: Api, id: string): Promise<Stored | null>;
};

const outputs: Pictures = {
  ...{ noun: "output", table: "outputs" },
  find: async (api, id) => {
    const row = await api.db.output.findFirst({ where: { id, job: { erasedAt: null } } });
    return row?.storedAt && row.key && row.contentType ? { ...row, key: row.key, contentType: row.contentType } : null;
  },
};

const files: Pictures = {
  ...{ noun: "file", table: "files" },
  find: (api, id) => readFile(api.db, { id, tenantId: null }),
};

export const pictureRoutes = [
  pictureRoute("readOutput", "An output", outputs, serveWhole),
  pictureRoute("readOutputThumbnail", "An output, small", outputs, serveThumbnail),
  pictureRoute("readFile", "An input picture", files, serveWhole),
  pictureRoute("readFileThumbnail", "An input picture, small", files, serveThumbnail),
];

type PictureRoute = "readOutput" | "readOutputThumbnail" | "readFile" | "readFileThumbnail";
type Serve = (api: Api, picture: Stored, table: Pictures["table"]) => Promise<Reply>;

function pictureRoute(name: PictureRoute, summary: string, { noun, table, find }: Pictures, serve: Serve): Route {
  return defineAdminRoute(name, {
    summary,
    params: idParams,
    replies: { 200: { description: "The picture.", contentType: "image/*" } },
    problems: ["not_found"],
    async handle(api, { params }) {
      const picture = await find(api, params.id);
      return picture ? serve(api, picture, table) : notFound(noun);
    },
  });
}

function serveWhole(api: Api, { key, contentType }: Stored): Promise<Reply> {
  return serveObject(api, key, contentType);
}

/** At most 320 pixels a side; made when first asked for. */
async function serveThumbnail(api: Api, picture: Stored, table: Pictures["table"]): Promise<Reply> {
  const key = await api.thumbnails.ensure({ table, ...picture });
  return key ? serveObject(api, key, "image/webp") : notFound("thumbnail");
}
