import { columnsOf, type Sql } from "../db/database.ts";
import { type Endpoint, Prisma } from "../generated/prisma/client.ts";

/** An endpoint as the database holds it. */
export type EndpointRow = Endpoint;

/** Every column of endpoints, from the table or common table expression called `alias`. */
export function endpointColumns(alias: string): Sql {
  return columnsOf(Prisma.EndpointScalarFieldEnum, alias);
}
