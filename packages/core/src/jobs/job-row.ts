import { columnsOf, type Sql } from "../db/database.ts";
import { type Job, Prisma } from "../generated/prisma/client.ts";

/** A job as the database holds it. */
export type JobRow = Job;

/** Every column of jobs, from the table or common table expression called `alias`. */
export function jobColumns(alias: string): Sql {
  return columnsOf(Prisma.JobScalarFieldEnum, alias);
}
