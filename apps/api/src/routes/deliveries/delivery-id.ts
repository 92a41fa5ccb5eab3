import { z } from "zod";

/** Ids that cannot be are answered like those that are not: 404, by the handler. */
export const deliveryIdParams = z.object({
  id: z.string().describe("The delivery's id, dlv_…").meta({ example: "dlv_01k9x4v6m3g9hsp2n1d5e7k8mf" }),
});
