import { circuitResetSchema, resetCircuitSchema } from "@darkroom/contract/admin/queue";
import { resetCircuit } from "@darkroom/core/dispatch/record-circuit";
import { json } from "../../../reply.ts";
import { defineAdminRoute } from "../define-admin-route.ts";

export const resetCircuitRoute = defineAdminRoute("resetCircuit", {
  summary: "Close a circuit by hand",
  audit: "circuit.reset",
  body: { kind: "json", schema: resetCircuitSchema, required: true },
  replies: { 200: { description: "Closed: the next dispatch tries again.", schema: circuitResetSchema } },
  async handle(api, { body, note }) {
    note({ target: { kind: "circuit", id: body.scope } });
    const reset = await resetCircuit(api.db, body.scope);
    api.doorbell.ringDispatch();
    return json(200, { reset });
  },
});
