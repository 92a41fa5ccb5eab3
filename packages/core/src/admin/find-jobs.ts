import type { JobErrorCode } from "@darkroom/contract/job-errors";
import { type Db, empty, join, plannedAnew, query, raw, type Sql, sql } from "../db/database.ts";
import { idAt } from "../ids-at.ts";
import { finalStates, type JobState } from "../jobs/state.ts";
import type { JobItemRow } from "./job-item.ts";
import { readJobItems } from "./read-job-items.ts";

/** What jobs are meant, in the terms of the rows. */
export type JobSearch = {
  states?: readonly JobState[] | undefined;
  tenantId?: string | undefined;
  model?: string | undefined;
  tag?: string | undefined;
  errorCode?: JobErrorCode | undefined;
  batchId?: string | undefined;
  costMinMicros?: number | undefined;
  costMaxMicros?: number | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  /** Text in the prompt. */
  prompt?: string | undefined;
  /** Only these. */
  ids?: readonly string[] | undefined;
};

/** A job that was found, as far as finding needs it. */
export type FoundJob = { id: string; tenantId: string; createdAt: Date; reservedMicros: bigint };

export type FoundJobs<Row = JobItemRow> = {
  rows: Row[];
  /** Where to go on; null when everything was looked at. */
  nextId: string | null;
  /** Jobs that were looked at. */
  looked: number;
  /** Creation of the oldest one looked at. */
  backTo: Date | null;
};

/** Jobs one page looks at: some tens of milliseconds, whatever the filter and however many jobs there are. */
export const walkMax = 10_000;
/** Text is looked for in what lies beside the row, which takes twice as long. */
const textWalkMax = 5_000;
/** A first, short walk: most filters fill a page with it, and Postgres then reads in the index's order instead of sorting. */
const shortWalk = 500;
/** A set up to this size is taken whole; what is more common is found soon by walking. */
const setMax = 5_000;

type Find = { search: JobSearch; beforeId: string | null; limit: number };

/**
 * A page of all tenants' jobs, newest first. It walks one index from where the last page ended, over at most `walkMax` jobs, and
 * answers those that fit: no combination of filters can make it slow, it only may have to be asked again (`nextId`).
 */
export async function findJobs(db: Pick<Db, "$queryRaw">, find: Find): Promise<FoundJobs> {
  const found = await walkJobs(db, find);
  return {
    ...found,
    rows: await readJobItems(
      db,
      found.rows.map(({ id }) => id),
    ),
  };
}

/** The same, of each job only what is needed to go on with it. */
export async function walkJobs(db: Pick<Db, "$queryRaw">, find: Find): Promise<FoundJobs<FoundJob>> {
  const { search, limit } = find;
  if (search.states?.length === 0 || search.ids?.length === 0) return noJobs;
  if (search.ids) return walkSet(db, find, search.ids);
  const longest = search.prompt === undefined ? walkMax : textWalkMax;
  const walks = limit > shortWalk / 4 ? [longest] : [shortWalk, longest];
  let page = noJobs;
  for (const max of walks) {
    page = await walkOnce(db, { ...find, branches: branchesOf(search), max });
    if (page.nextId === null || page.rows.length === limit) return page;
    // Live jobs may lie far back, behind thousands that have ended: they are at hand as a set.
    const set = max === shortWalk && isLive(search) ? await smallSet(db, search) : null;
    if (set) return walkSet(db, find, set);
  }
  // Rare tags. Their index has no order and reads all there are before it can stop, so common ones are left to the walk.
  const set = await smallSet(db, search);
  return set ? walkSet(db, find, set) : page;
}

const noJobs: FoundJobs<FoundJob> = { rows: [], nextId: null, looked: 0, backTo: null };

function walkSet(db: Pick<Db, "$queryRaw">, find: Find, ids: readonly string[]): Promise<FoundJobs<FoundJob>> {
  return walkOnce(db, { ...find, branches: [sql`jobs.id = any(${[...ids]}::text[])`], max: walkMax });
}

async function walkOnce(db: Pick<Db, "$queryRaw">, order: Walk): Promise<FoundJobs<FoundJob>> {
  return toPage(await query<WalkedRow>(db, plannedAnew(walk(order))), order.limit, order.max);
}

type WalkedRow = FoundJob & { place: number; fits: boolean; last: boolean };
type Walk = Find & { branches: Sql[]; max: number };

function walk({ branches, search, beforeId, limit, max }: Walk): Sql {
  const bounds = [...boundsOf(search), ...(beforeId ? [sql`jobs.id < ${beforeId}`] : [])];
  const narrowed = bounds.length > 0 ? sql`and ${join(bounds, " and ")}` : empty;
  // Only what is asked about: narrow rows are sorted in memory where they have to be sorted.
  const input = search.prompt === undefined ? empty : sql`, input`;
  const walks = branches.map(
    (
      branch,
    ) => sql`(select id, tenant_id, state, model, tags, error_code, batch_id, charged, cost_micros, reserved_micros, created_at ${input}
        from jobs where ${branch} ${narrowed} order by jobs.id desc limit ${max})`,
  );
  const [only] = walks;
  const walked = only && walks.length === 1 ? only : sql`(${join(walks, " union all ")} order by id desc limit ${max})`;
  // The last job walked comes along even if it does not fit: it says where to go on.
  return sql`select id, tenant_id as "tenantId", created_at as "createdAt", reserved_micros as "reservedMicros", place::int, fits, last from (
      select w.*, row_number() over (order by w.id desc) as place, lead(w.id) over (order by w.id desc) is null as last,
             coalesce(${fitsOf(search)}, false) as fits
      from ${walked} w
    ) j where fits or last order by id desc limit ${limit + 2}`;
}

function toPage(walked: WalkedRow[], limit: number, max: number): FoundJobs<FoundJob> {
  const fitting = walked.filter(({ fits }) => fits);
  const rows = fitting.slice(0, limit);
  const end = walked.find(({ last }) => last);
  const isCut = fitting.length > limit;
  const final = (isCut ? rows.at(-1) : end) ?? null;
  const more = isCut || (end !== undefined && end.place >= max);
  const looked = (isCut ? (rows.at(-1) as WalkedRow | undefined)?.place : end?.place) ?? 0;
  return { rows, nextId: more ? (final?.id ?? null) : null, looked, backTo: final?.createdAt ?? null };
}

/** The ids of a set that is small enough to be taken whole, from an index that has no order by id: live states, and tags. */
async function smallSet(db: Pick<Db, "$queryRaw">, search: JobSearch): Promise<string[] | null> {
  const condition = setCondition(search);
  if (!condition) return null;
  const rows = await query<{ id: string }>(
    db,
    plannedAnew(sql`select id from jobs where ${condition} limit ${setMax + 1}`),
  );
  return rows.length <= setMax ? rows.map(({ id }) => id) : null;
}

function setCondition({ states, tenantId, tag }: JobSearch): Sql | null {
  if (tag !== undefined) return sql`tags @> array[${tag}] and tags <> '{}'`;
  if (!states || states.some(isFinalState) || tenantId !== undefined) return null;
  const parts: Sql[] = [];
  if (states.includes("queued")) parts.push(sql`state = 'queued'`);
  if (states.some((state) => state !== "queued")) parts.push(sql`state in ('submitting', 'submitted', 'copying')`);
  return sql`(${join(parts, " or ")})`;
}

function isLive({ states, tag }: JobSearch): boolean {
  return tag === undefined && states !== undefined && !states.some(isFinalState);
}

function isFinalState(state: JobState): boolean {
  return (finalStates as readonly JobState[]).includes(state);
}

/** What is walked: one or more ranges of an index that ends with the id. */
function branchesOf(search: JobSearch): Sql[] {
  const { states, tenantId, errorCode, batchId, model } = search;
  if (batchId !== undefined) return [sql`jobs.batch_id = ${batchId}`];
  const ofTenant = tenantId === undefined ? null : sql`jobs.tenant_id = ${tenantId}`;
  if (errorCode !== undefined)
    // Partial, too; an equality says as much as "is not null".
    return [sql`jobs.error_code = ${errorCode} ${ofTenant ? sql`and ${ofTenant}` : empty}`];
  if (ofTenant)
    return states ? states.map((state) => sql`${ofTenant} and jobs.state = ${state}::job_state`) : [ofTenant];
  if (states?.every((state) => state === "failed" || state === "canceled"))
    // The index is partial: a literal says that it will do. Its own condition beside it would be taken for one more that few rows
    // meet, and thousands would be read and sorted for it.
    return states.map((state) => sql`jobs.state = ${raw(state === "failed" ? "'failed'" : "'canceled'")}::job_state`);
  return [model === undefined ? sql`true` : sql`jobs.model = ${model}`];
}

/** Clocks of several processes differ, and a job's id is made a little before its row. */
const skewMs = 60_000;

/** Times as ids: the walk begins and ends there. `fitsOf` is exact. */
function boundsOf({ createdAfter, createdBefore }: JobSearch): Sql[] {
  return [
    ...(createdAfter ? [sql`jobs.id >= ${idAt("job", new Date(createdAfter.getTime() - skewMs))}`] : []),
    ...(createdBefore ? [sql`jobs.id < ${idAt("job", new Date(createdBefore.getTime() + skewMs))}`] : []),
  ];
}

function fitsOf(search: JobSearch): Sql {
  const conditions: Sql[] = [];
  const when = (given: unknown, condition: Sql) => {
    if (given !== undefined) conditions.push(condition);
  };
  when(search.states, sql`w.state = any(${[...(search.states ?? [])]}::job_state[])`);
  when(search.tenantId, sql`w.tenant_id = ${search.tenantId}`);
  when(search.model, sql`w.model = ${search.model}`);
  when(search.tag, sql`w.tags @> array[${search.tag}]::text[]`);
  when(search.errorCode, sql`w.error_code = ${search.errorCode}`);
  when(search.batchId, sql`w.batch_id = ${search.batchId}`);
  when(search.costMinMicros, sql`w.charged is not null and w.cost_micros >= ${search.costMinMicros}::bigint`);
  when(search.costMaxMicros, sql`w.charged is not null and w.cost_micros <= ${search.costMaxMicros}::bigint`);
  when(search.createdAfter, sql`w.created_at >= ${search.createdAfter}::timestamptz`);
  when(search.createdBefore, sql`w.created_at < ${search.createdBefore}::timestamptz`);
  when(search.prompt, sql`w.input->>'prompt' ilike ${likePattern(search.prompt ?? "")}`);
  return conditions.length > 0 ? sql`(${join(conditions, " and ")})` : sql`true`;
}

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
