import { type Database, type Db, empty, query, sql } from "../db/database.ts";
import type { EventRow } from "./to-wire.ts";

export type FeedPage = { events: EventRow[]; lastPosition: bigint | null; more: boolean };

type Page = { tenantId: string; after: bigint | null; since?: Date | undefined; limit: number };
type Placed = EventRow & { position: bigint };

/** Events that get their place in one go. */
const placedMax = 2_000;

/**
 * A tenant's events after a position, oldest first. Events are committed in another order than their times and ids say, so a
 * cursor over those could pass one by that comes a moment later. Therefore events get their place when the feed is read past
 * them, under a lock: what has a place is committed, and what has none yet will get a later one. Tenants that never read pay nothing.
 */
export async function readFeed(db: Database, page: Page): Promise<FeedPage> {
  const placed = (await hasUnplaced(db, page.tenantId)) ? await placeNew(db, page.tenantId) : null;
  return toPage(await readPlaced(db, page), page, placed);
}

/** Asked before the page is read, so that whatever others gave a place before is on it. */
async function hasUnplaced(db: Pick<Db, "$queryRaw">, tenantId: string): Promise<boolean> {
  const rows = await query(db, sql`select 1 from events where tenant_id = ${tenantId} and position is null limit 1`);
  return rows.length > 0;
}

function readPlaced(db: Pick<Db, "$queryRaw">, page: Page): Promise<Placed[]> {
  return query<Placed>(
    db,
    sql`select id, type, data, created_at as "createdAt", position from events
        where tenant_id = ${page.tenantId} and position > ${page.after ?? 0n}::bigint
          ${page.since ? sql`and created_at >= ${page.since}::timestamptz` : empty}
        order by position limit ${page.limit + 1}::int`,
  );
}

/** Names the lock of a tenant's feed, among other advisory locks. */
const feedLock = 4_201_002;

type NewlyPlaced = { last: bigint; count: number };

/** Gives the oldest events without a place one. Null if there were none. */
function placeNew(db: Database, tenantId: string): Promise<NewlyPlaced | null> {
  return db.$transaction(async (tx) => {
    await query(
      tx,
      sql`select 1 from (select pg_advisory_xact_lock(${feedLock}::int, hashtext(${tenantId}))) as locked`,
    );
    const rows = await query<{ last: bigint | null; count: number }>(
      tx,
      sql`with placed as (
            update events set position = n.position
            from (select id, nextval('event_positions') as position from (
                    select id from events where tenant_id = ${tenantId} and position is null
                    order by created_at, id limit ${placedMax}::int
                  ) oldest) n
            where events.id = n.id returning events.position
          )
          select max(position) as last, count(*)::int as count from placed`,
    );
    const { last = null, count = 0 } = rows[0] ?? {};
    return last === null ? null : { last, count };
  });
}

/** Where all that was newly placed is older than what was asked for, the cursor goes past it all the same. */
function toPage(rows: Placed[], { limit }: Page, placed: NewlyPlaced | null): FeedPage {
  const events = rows.slice(0, limit);
  const lastPosition = events.at(-1)?.position ?? placed?.last ?? null;
  return { events, lastPosition, more: rows.length > limit || placed?.count === placedMax };
}
