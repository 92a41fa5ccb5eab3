import { type Db, wasRefused } from "../db/database.ts";
import { inGroups } from "../db/in-groups.ts";
import { type CreateResult, type Creation, createTogether } from "./create-jobs.ts";

/** Some tens of KB of a usual job's rows; with inputs as large as may be, 25 MB. */
const itemsMax = 100;

/**
 * Accepts jobs as createJobs does, those of requests that arrive together in one statement: a commit costs as much for a hundred
 * as for one. Each has its own outcome, and returns when it is durable.
 */
export function createInGroups(db: Db): (creation: Creation) => Promise<CreateResult> {
  return inGroups((creations) => createTogether(db, creations), { itemsMax, wasRefused });
}
