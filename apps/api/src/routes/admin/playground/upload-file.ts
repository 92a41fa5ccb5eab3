import { playgroundFileQuerySchema } from "@darkroom/contract/admin/playground";
import { fileSchema } from "@darkroom/contract/files";
import { notFound } from "../../../reply.ts";
import { uploadPicture } from "../../files/upload-file.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

export const uploadPlaygroundFileRoute = defineAdminRoute("uploadPlaygroundFile", {
  summary: "Upload a picture in a tenant's name",
  audit: "playground.file",
  query: playgroundFileQuerySchema,
  body: { kind: "bytes", contentTypes: ["image/*", "multipart/form-data"] },
  replies: { 201: { description: "Stored.", schema: fileSchema } },
  problems: ["not_found", "invalid_picture", "body_too_large", "unsupported_media_type", "malformed_request"],
  async handle(api, { query, now, raw, note }) {
    const tenant = await api.db.tenant.findUnique({ where: { id: query.tenant_id }, select: { id: true } });
    if (!tenant) return notFound("tenant");
    note({ tenantId: tenant.id });
    return uploadPicture(api, { tenantId: tenant.id, now }, raw);
  },
});
