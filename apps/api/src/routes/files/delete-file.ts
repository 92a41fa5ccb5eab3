import { eraseFile } from "@darkroom/core/files/erase-file";
import { deleteObjects } from "@darkroom/core/storage/delete-objects";
import { z } from "zod";
import { notFound } from "../../reply.ts";
import { defineRoute } from "../../route.ts";

export const deleteFileRoute = defineRoute({
  id: "deleteFile",
  method: "delete",
  path: "/v1/files/{id}",
  tag: "Files",
  summary: "Delete an uploaded picture",
  description: "Jobs that name it and have not been sent to fal yet will fail. Asking again is safe.",
  access: "files:write",
  params: z.object({ id: z.string().describe("The file's id, file_…") }),
  replies: { 204: { description: "Gone." } },
  problems: ["not_found"],
  async handle(api, { params, caller, now }) {
    const file = await eraseFile(api.db, { id: params.id, tenantId: caller.tenantId }, now);
    if (!file) return notFound("file");
    await deleteObjects(api.storage, [file.key, ...(file.thumbKey ? [file.thumbKey] : [])]);
    return { kind: "empty", status: 204 };
  },
});
