import pg from "pg";
import { Prisma } from "../generated/prisma/client.ts";

const { builtins } = pg.types;
type Parse = (text: string) => unknown;

/** Values out of Postgres, of the same JavaScript types as from Prisma, so that rows are of the types it generated. */
const parsers = new Map<number, Parse>([
  [builtins.INT8, BigInt],
  [builtins.NUMERIC, (text) => new Prisma.Decimal(text)],
  // Without a time zone in their text: pg would take the process's.
  [builtins.DATE, (text) => new Date(`${text}T00:00:00Z`)],
  [builtins.TIMESTAMP, (text) => new Date(`${text.replace(" ", "T")}Z`)],
  [builtins.TIMESTAMPTZ, parseTime],
]);

export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") => {
    const parse = format === "binary" ? undefined : parsers.get(oid);
    return parse ?? pg.types.getTypeParser(oid, format as "text");
  },
};

const parseAnyTime = pg.types.getTypeParser(builtins.TIMESTAMPTZ) as Parse;

/** `2026-11-20 12:00:00.123+00`, as sessions in UTC write it, is all but what Date reads by itself, and several times faster. */
function parseTime(text: string): unknown {
  if (!text.endsWith("+00") || text.length > 29) return parseAnyTime(text);
  return new Date(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
}

/** Values into Postgres. pg would write dates in the process's time zone. */
export function toParameter(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}
