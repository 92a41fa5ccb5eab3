import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import styles from "./data-table.module.css";
import { useSteadyRows } from "./use-steady-rows.ts";

export type Column<Row> = {
  key: string;
  label: ReactNode;
  /** Numbers stand at the right. */
  right?: boolean;
  /** Takes what is left, and is cut where that is not enough. */
  grow?: boolean;
  /** Long: on narrow screens it has a line of its own. */
  long?: boolean;
  cell: (row: Row) => ReactNode;
};

type Props<Row> = {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** A click anywhere in the row; the row has to hold a link or button that does the same for keyboards. */
  onRow?: (row: Row) => void;
  isDim?: (row: Row) => boolean;
  /** Its order changes by itself: not while somebody is at it. */
  live?: boolean;
};

/** A table; on narrow screens each row becomes a card: the first cell its title, then names and values. */
export function DataTable<Row>({ label, columns, rows, rowKey, onRow, isDim, live = false }: Props<Row>) {
  const { placed, handlers } = useSteadyRows(rows, rowKey);
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, label: head, right }) => (
              <th key={key} scope="col" data-right={right || undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...(live && handlers)}>
          {placed.map(({ row, isGone }) => (
            <tr
              key={rowKey(row)}
              data-gone={isGone || undefined}
              data-clickable={onRow ? true : undefined}
              data-dim={isDim?.(row) || undefined}
              onClick={onRow && ((event) => isPlainClick(event) && onRow(row))}
            >
              {columns.map((column) => (
                <Cell key={column.key} column={column} row={row} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  return (
    <td
      data-right={column.right || undefined}
      data-grow={column.grow || undefined}
      data-long={column.long || column.grow || undefined}
      data-label={typeof column.label === "string" ? column.label : undefined}
    >
      <div>{column.cell(row)}</div>
    </td>
  );
}

/** Not a click on something that acts by itself, nor the end of marking text. */
function isPlainClick(event: React.MouseEvent): boolean {
  const target = event.target as HTMLElement;
  return !target.closest("a, button, input, label, [role=dialog]") && !window.getSelection()?.toString();
}

/** Goes to a path on a row's click. */
export function useGo(): (to: string) => void {
  const navigate = useNavigate();
  return (to) => void navigate({ to });
}
