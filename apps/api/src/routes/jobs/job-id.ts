import { z } from "zod";

/** Ids that cannot be are answered like those that are not: 404, by the handler. */
export const jobIdParams = z.object({
  id: z.string().describe("The job's id, job_…").meta({ example: "job_01k9x4v0q8e2tbn6s5z1r7h3cd" }),
});
