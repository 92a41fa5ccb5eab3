import { type FocusEvent, useState } from "react";
import { keepPlaces, type PlacedRow } from "./keep-places.ts";

/**
 * Rows of a table that changes by itself, without moving under a pointer or away from the keyboard: while somebody is at the table,
 * each row keeps its place. `handlers` belong to the element around the rows.
 */
export function useSteadyRows<Row>(rows: readonly Row[], rowKey: (row: Row) => string) {
  const [isPointedAt, setPointedAt] = useState(false);
  const [hasFocus, setFocus] = useState(false);
  const [before, setBefore] = useState<readonly Row[]>([]);
  const isInUse = isPointedAt || hasFocus;
  const placed: readonly PlacedRow<Row>[] = keepPlaces(isInUse ? before : [], rows, rowKey);
  const handlers = {
    onPointerEnter: () => enter(setPointedAt),
    onPointerLeave: () => setPointedAt(false),
    // A click gives focus, too, and would keep the order long after the pointer has left.
    onFocus: ({ target }: FocusEvent) => target.matches(":focus-visible") && enter(setFocus),
    onBlur: () => setFocus(false),
  };
  function enter(set: (is: boolean) => void) {
    if (!isInUse) setBefore(rows);
    set(true);
  }
  return { placed, handlers };
}
