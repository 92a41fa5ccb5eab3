import { z } from "zod";

/** Ids that cannot be are answered like those that are not: 404, by the handler. */
export const endpointIdParams = z.object({
  id: z.string().describe("The endpoint's id, ep_…").meta({ example: "ep_01k9x4tzz7d1sam5r4y0q6g2bc" }),
});

export const replayIdParams = endpointIdParams.extend({ replay_id: z.string().describe("The replay's id, rpl_…") });
