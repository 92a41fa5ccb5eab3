import type { Walked } from "./walk.ts";

/** Rows one page looks at: some tens of milliseconds, whatever the filter and however many rows there are. */
export const walkMax = 10_000;
/** A first stretch, which fills a page for most filters. */
export const firstStretch = 500;
/** The others: few enough rows that Postgres reads them by their index, rather than all there are to take the newest of them. */
const stretchMax = 2_500;

export type WalkedPage<Row> = {
  rows: Row[];
  /** Where to go on; null when everything was looked at. */
  nextId: string | null;
  isEnd: boolean;
  /** Rows that were looked at, and the oldest of them. */
  looked: number;
  final: Row | null;
};

type Stretch = { beforeId: string | null; limit: number; max: number };

/**
 * Goes on from `page`, stretch by stretch, until it has `limit` rows or `max` were looked at. `read` answers `limit + 2` rows of a
 * stretch that fit or are its last.
 */
export async function walkOn<Row extends Walked>(
  page: WalkedPage<Row>,
  { limit, max }: { limit: number; max: number },
  read: (stretch: Stretch) => Promise<Row[]>,
): Promise<WalkedPage<Row>> {
  if (page.isEnd || page.rows.length >= limit || page.looked >= max) return page;
  const most = page.looked === 0 ? firstStretch : Math.min(stretchMax, max - page.looked);
  const stretch = { beforeId: page.nextId, limit: limit - page.rows.length, max: most };
  const next = toPage(await read(stretch), stretch);
  const more = {
    ...next,
    rows: [...page.rows, ...next.rows],
    looked: page.looked + next.looked,
    final: next.final ?? page.final,
  };
  return walkOn(more, { limit, max }, read);
}

/** Before anything was looked at. */
export function startAt<Row extends Walked>(beforeId: string | null): WalkedPage<Row> {
  return { rows: [], nextId: beforeId, isEnd: false, looked: 0, final: null };
}

function toPage<Row extends Walked>(walked: readonly Row[], { limit, max }: Stretch): WalkedPage<Row> {
  const fitting = walked.filter(({ fits }) => fits);
  const rows = fitting.slice(0, limit);
  const isCut = fitting.length > limit;
  const final = (isCut ? rows.at(-1) : walked.find(({ last }) => last)) ?? null;
  const isEnd = !isCut && (final === null || final.place < max);
  return { rows, nextId: isEnd ? null : (final?.id ?? null), isEnd, looked: final?.place ?? 0, final };
}
