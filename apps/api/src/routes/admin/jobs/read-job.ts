import { adminJobDetailSchema } from "@darkroom/contract/admin/job-detail";
import { readJobDetail } from "@darkroom/core/admin/read-job-detail";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { json, notFound } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { idParams } from "../id-params.ts";

export const readAdminJobRoute = defineAdminRoute("readJob", {
  summary: "Read a job with everything that happened to it",
  params: idParams,
  replies: { 200: { description: "The job.", schema: adminJobDetailSchema } },
  problems: ["not_found"],
  async handle(api, { params, admin, now }) {
    const detail = await readJobDetail(api.reads, params.id, {
      limits: roomLimits(api.env),
      models: api.models,
      payloads: admin.canSeePayloads,
      baseUrl: api.env.PUBLIC_URL ?? `http://localhost:${api.env.PORT}`,
      now,
    });
    return detail ? json(200, detail) : notFound("job");
  },
});
