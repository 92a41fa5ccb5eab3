import { type Db, query, type Sql, sql } from "../db/database.ts";
import { type IdPrefix, isId } from "../ids.ts";

export type ResolvedText =
  /** It is an id, of these jobs; none if nothing has it. */
  { kind: "jobs"; ids: string[] } | { kind: "batch"; id: string } | { kind: "prompt"; text: string };

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What somebody means who types this into the search: an id of something that belongs to a job, or a part of a prompt. */
export async function resolveSearchText(db: Pick<Db, "$queryRaw">, text: string): Promise<ResolvedText> {
  if (isId("job", text)) return { kind: "jobs", ids: [text] };
  if (isId("bat", text)) return { kind: "batch", id: text };
  const statement = lookUp(text);
  if (!statement) return { kind: "prompt", text };
  const rows = await query<{ id: string | null }>(db, statement);
  return { kind: "jobs", ids: rows.flatMap(({ id }) => id ?? []) };
}

function lookUp(text: string): Sql | null {
  // fal's request ids are UUIDs (fal: queue).
  if (uuid.test(text)) return sql`select job_id as id from attempts where request_id = ${text.toLowerCase()}`;
  const tables: Partial<Record<IdPrefix, Sql>> = {
    out: sql`select job_id as id from outputs where id = ${text}`,
    att: sql`select job_id as id from attempts where id = ${text}`,
    evt: sql`select job_id as id from events where id = ${text}`,
    dlv: sql`select e.job_id as id from deliveries d join events e on e.id = d.event_id where d.id = ${text}`,
  };
  const prefix = text.split("_")[0] as IdPrefix;
  return isId(prefix, text) ? (tables[prefix] ?? null) : null;
}
