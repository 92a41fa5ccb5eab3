export type PlacedRow<Row> = { row: Row; isGone: boolean };

/** `rows` in the order they had `before`: who has gone leaves a gap, who is new comes last. */
export function keepPlaces<Row>(
  before: readonly Row[],
  rows: readonly Row[],
  rowKey: (row: Row) => string,
): PlacedRow<Row>[] {
  const present = new Map(rows.map((row) => [rowKey(row), row]));
  const known = new Set(before.map(rowKey));
  const kept = before.map((old) => {
    const row = present.get(rowKey(old));
    return { row: row ?? old, isGone: row === undefined };
  });
  const added = rows.filter((row) => !known.has(rowKey(row)));
  return [...kept, ...added.map((row) => ({ row, isGone: false }))];
}
