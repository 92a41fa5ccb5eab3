import { expect, test } from "vitest";
import { keepPlaces } from "./keep-places.ts";

type Row = { id: string; waiting: number };
const row = (id: string, waiting: number): Row => ({ id, waiting });
const keyOf = ({ id }: Row) => id;

test("rows keep their places, show what they are now, and leave a gap where they have gone", () => {
  const before = [row("a", 9), row("b", 5), row("c", 1)];
  const now = [row("d", 12), row("c", 8), row("a", 7)];
  expect(keepPlaces(before, now, keyOf)).toEqual([
    { row: row("a", 7), isGone: false },
    { row: row("b", 5), isGone: true },
    { row: row("c", 8), isGone: false },
    { row: row("d", 12), isGone: false },
  ]);
});

test("nobody there: the order is the newest one", () => {
  const now = [row("d", 12), row("c", 8)];
  expect(keepPlaces([], now, keyOf).map(({ row: { id } }) => id)).toEqual(["d", "c"]);
});
