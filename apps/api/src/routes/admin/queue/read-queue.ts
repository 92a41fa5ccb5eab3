import { queueStateSchema } from "@darkroom/contract/admin/queue";
import { readQueue } from "@darkroom/core/admin/read-queue";
import { roomLimits } from "@darkroom/core/dispatch/room-limits";
import { messageKinds } from "@darkroom/core/queues/messages";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";
import { countWaiting } from "./count-waiting.ts";

export const readQueueRoute = defineAdminRoute("readQueue", {
  summary: "Doorbell, lanes, circuits and workers",
  replies: { 200: { description: "As it is now.", schema: queueStateSchema } },
  async handle(api, { now }) {
    const state = await readQueue(api.reads, {
      backend: api.queues.name,
      bullBoard: true,
      limits: roomLimits(api.env),
      waiting: await countWaiting(api, messageKinds),
      now,
    });
    return json(200, state);
  },
});
