import { type Db, query, type Sql, sql } from "../db/database.ts";
import { type IdPrefix, isId } from "../ids.ts";

export type ResolvedText =
  /** It is an id, of these jobs; none if nothing has it. */
  { kind: "jobs"; ids: string[] } | { kind: "batch"; id: string } | { kind: "prompt"; text: string };

/** fal's request ids are UUIDs, but nobody promised that (fal: queue): whatever could be one is looked up. */
const requestIdPattern = /^[\w.-]{8,100}$/;

/** What somebody means who types this into the search: an id of something that belongs to a job, or a part of a prompt. */
export async function resolveSearchText(db: Pick<Db, "$queryRaw">, text: string): Promise<ResolvedText> {
  if (isId("job", text)) return { kind: "jobs", ids: [text] };
  if (isId("bat", text)) return { kind: "batch", id: text };
  const ofOurs = lookUp(text);
  if (ofOurs) return { kind: "jobs", ids: await read(db, ofOurs) };
  const ids = requestIdPattern.test(text)
    ? await read(db, sql`select job_id as id from attempts where request_id = ${text}`)
    : [];
  return ids.length > 0 ? { kind: "jobs", ids } : { kind: "prompt", text };
}

async function read(db: Pick<Db, "$queryRaw">, statement: Sql): Promise<string[]> {
  const rows = await query<{ id: string | null }>(db, statement);
  return rows.flatMap(({ id }) => id ?? []);
}

function lookUp(text: string): Sql | null {
  const tables: Partial<Record<IdPrefix, Sql>> = {
    out: sql`select job_id as id from outputs where id = ${text}`,
    att: sql`select job_id as id from attempts where id = ${text}`,
    evt: sql`select job_id as id from events where id = ${text}`,
    dlv: sql`select e.job_id as id from deliveries d join events e on e.id = d.event_id where d.id = ${text}`,
  };
  const prefix = text.split("_")[0] as IdPrefix;
  return isId(prefix, text) ? (tables[prefix] ?? null) : null;
}
