import { columnsOf, type Sql } from "../db/database.ts";
import { type Job, Prisma } from "../generated/prisma/client.ts";

/** A job as the database holds it. */
export type JobRow = Job;

const columns = new Map<string, Sql>();

/** Every column of jobs, from the table or common table expression called `alias`. */
export function jobColumns(alias: string): Sql {
  const known = columns.get(alias) ?? columnsOf(Prisma.JobScalarFieldEnum, alias);
  columns.set(alias, known);
  return known;
}
