import type { ReactNode } from "react";
import type { usePages } from "../api/use-pages.ts";
import { type Column, DataTable, useGo } from "./data-table.tsx";
import { More } from "./more.tsx";
import { Loaded } from "./states.tsx";

type Props<Row> = {
  label: string;
  query: ReturnType<typeof usePages<Row>>;
  columns: readonly Column<Row>[];
  /** The path that a click in a row leads to. */
  pathOf?: (row: Row) => string;
  /** In the table's place when nothing was found. */
  empty: ReactNode;
};

/** A list as far as it was asked for, and a button for more of it. */
export function PagedTable<Row extends { id: string }>({ label, query, columns, pathOf, empty }: Props<Row>) {
  const go = useGo();
  return (
    <>
      <Loaded query={query}>
        {({ pages }) => {
          const rows = pages.flatMap(({ data }) => data);
          if (rows.length === 0) return empty;
          return (
            <DataTable
              label={label}
              columns={columns}
              rows={rows}
              rowKey={({ id }) => id}
              onRow={pathOf && ((row) => go(pathOf(row)))}
            />
          );
        }}
      </Loaded>
      <More query={query} />
    </>
  );
}
