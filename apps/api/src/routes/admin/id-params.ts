import { z } from "zod";

/** Ids that cannot be are answered like those that are not: 404, by the handler. */
export const idParams = z.object({ id: z.string().max(200) });
