import type { JobFilterInput } from "@darkroom/contract/admin/jobs";
import type { Database } from "../db/database.ts";
import type { BulkOperation } from "../generated/prisma/client.ts";
import type { BulkAction } from "../generated/prisma/enums.ts";
import { newId } from "../ids.ts";
import { idAt } from "../ids-at.ts";

export type NewBulk = {
  action: BulkAction;
  filter: JobFilterInput;
  jobIds: readonly string[];
  perSecond: number;
  createdBy: string;
  now: Date;
};

/** Begins a bulk operation; a worker goes on with it. Jobs made from now on are not meant. */
export function startBulk(db: Pick<Database, "bulkOperation">, bulk: NewBulk): Promise<BulkOperation> {
  const { action, filter, jobIds, perSecond, createdBy, now } = bulk;
  return db.bulkOperation.create({
    data: {
      id: newId("blk"),
      ...{ action, filter: filter as object, jobIds: [...jobIds], perSecond, createdBy },
      state: "running",
      seenId: idAt("job", new Date(now.getTime() + 1)),
      createdAt: now,
      dueAt: now,
    },
  });
}
