import type { JobErrorCode } from "@darkroom/contract/job-errors";
import { type Db, join, plannedAnew, query, raw, type Sql, sql } from "../db/database.ts";
import { idAt } from "../ids-at.ts";
import { finalStates, type JobState } from "../jobs/state.ts";
import type { JobItemRow } from "./job-item.ts";
import { readJobItems } from "./read-job-items.ts";
import { type Range, type Walked, walk } from "./walk.ts";
import { firstStretch, startAt, type WalkedPage, walkMax, walkOn } from "./walk-on.ts";

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

/** Text is looked for in what lies beside the row, which takes twice as long. */
const textWalkMax = 5_000;
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
  const { search, beforeId } = find;
  if (search.states?.length === 0 || search.ids?.length === 0) return noJobs;
  if (search.ids) return walkSet(db, find, search.ids);
  const walkTo = (page: Page, max: number) => walkRanges(db, { ...find, page, ranges: rangesOf(search), max });
  const isDone = ({ isEnd, rows }: Page) => isEnd || rows.length === find.limit;
  let page = await walkTo(startAt(beforeId), firstStretch);
  // Live jobs may lie far back, behind thousands that have ended: they are at hand as a set.
  const live = !isDone(page) && isLive(search) ? await smallSet(db, search) : null;
  if (live) return walkSet(db, find, live);
  page = await walkTo(page, search.prompt === undefined ? walkMax : textWalkMax);
  if (isDone(page)) return toFound(page);
  // Rare tags. Their index has no order and reads all there are before it can stop, so common ones are left to the walk.
  const set = search.tag === undefined ? null : await smallSet(db, search);
  return set ? walkSet(db, find, set) : toFound(page);
}

const noJobs: FoundJobs<FoundJob> = { rows: [], nextId: null, looked: 0, backTo: null };

async function walkSet(db: Pick<Db, "$queryRaw">, find: Find, ids: readonly string[]): Promise<FoundJobs<FoundJob>> {
  const ranges = [{ where: sql`id = any(${[...ids]}::text[])` }];
  return toFound(await walkRanges(db, { ...find, page: startAt(find.beforeId), ranges, max: walkMax }));
}

type Page = WalkedPage<FoundJob & Walked>;

function walkRanges(
  db: Pick<Db, "$queryRaw">,
  { search, limit, page, ranges, max }: Find & { page: Page; ranges: Range[]; max: number },
): Promise<Page> {
  return walkOn(page, { limit, max }, (stretch) =>
    query<FoundJob & Walked>(db, plannedAnew(walkSql({ search, ranges, ...stretch }))),
  );
}

function toFound({ rows, nextId, looked, final }: Page): FoundJobs<FoundJob> {
  return { rows, nextId, looked, backTo: final?.createdAt ?? null };
}

type Order = Find & { ranges: Range[]; max: number };

function walkSql({ ranges, search, beforeId, limit, max }: Order): Sql {
  const bounds = [...boundsOf(search), ...(beforeId ? [sql`id < ${beforeId}`] : [])];
  return sql`select id, tenant_id as "tenantId", created_at as "createdAt", reserved_micros as "reservedMicros", place, last,
      ${fitsOf(search)} as fits
    from ${walk({ table: "jobs", ranges, bounds, max })} w where ${fitsOf(search)} or last order by walked desc limit ${limit + 2}`;
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

/** What is walked. */
function rangesOf({ states, tenantId, errorCode, batchId, model }: JobSearch): Range[] {
  if (batchId !== undefined) return [{ by: ["batch_id", sql`${batchId}`] }];
  const where = tenantId === undefined ? undefined : sql`tenant_id = ${tenantId}`;
  if (errorCode !== undefined)
    // The index is partial.
    return [
      {
        where: where ? sql`${where} and error_code is not null` : sql`error_code is not null`,
        by: ["error_code", sql`${errorCode}`],
      },
    ];
  if (where && states) return states.map((state) => ({ where, by: ["state", sql`${state}::job_state`] }));
  if (where) return [{ by: ["tenant_id", sql`${tenantId}`] }];
  if (states?.every((state) => state === "failed" || state === "canceled"))
    // The index is partial: a literal says that it will do. Its own condition beside it would be taken for one more that few rows
    // meet, and thousands would be read and sorted for it.
    return states.map((state) => ({
      where: sql`state = ${raw(state === "failed" ? "'failed'" : "'canceled'")}::job_state`,
    }));
  return model === undefined ? [] : [{ by: ["model", sql`${model}`] }];
}

/** Clocks of several processes differ, and a job's id is made a little before its row. */
const skewMs = 60_000;

/** Times as ids: the walk begins and ends there. `fitsOf` is exact. */
function boundsOf({ createdAfter, createdBefore }: JobSearch): Sql[] {
  return [
    ...(createdAfter ? [sql`id >= ${idAt("job", new Date(createdAfter.getTime() - skewMs))}`] : []),
    ...(createdBefore ? [sql`id < ${idAt("job", new Date(createdBefore.getTime() + skewMs))}`] : []),
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
  return conditions.length > 0 ? sql`coalesce(${join(conditions, " and ")}, false)` : sql`true`;
}

function likePattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
