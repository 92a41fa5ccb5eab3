import { Button, Checkbox } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { formatCount } from "../../format/numbers.ts";
import { Empty, SkeletonRows } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import { JobRow } from "./job-row.tsx";
import styles from "./job-table.module.css";
import type { useJobList } from "./use-job-list.ts";
import type { Selection } from "./use-selection.ts";

type Props = { list: ReturnType<typeof useJobList>; selection: Selection | undefined };

const rowHeightPx = 62;
/** The next page is asked for when so few rows are left. */
const rowsAhead = 15;

/** The rows that are in sight, of as many as one cares to scroll through. */
export function JobTable({ list, selection }: Props) {
  const { query, jobs } = list;
  if (query.isPending)
    return (
      <div className={styles.box}>
        <SkeletonRows rows={10} height={30} />
      </div>
    );
  return (
    <div className={styles.box}>
      {jobs.length > 0 && (
        <table className={styles.table} aria-label="Jobs" aria-rowcount={-1}>
          <Head selection={selection} />
          <Rows list={list} selection={selection} />
        </table>
      )}
      <Foot list={list} />
    </div>
  );
}

function Head({ selection }: { selection: Selection | undefined }) {
  return (
    <thead>
      <tr className={styles.head} data-selectable={selection ? true : undefined}>
        {selection && (
          <th scope="col">
            <Checkbox
              size="xs"
              aria-label="Select all that are loaded"
              checked={selection.isAll}
              indeterminate={selection.isSome && !selection.isAll}
              onChange={selection.toggleAll}
            />
          </th>
        )}
        <th scope="col">
          <span className="visually-hidden">Picture</span>
        </th>
        <th scope="col">Job</th>
        <th scope="col">Tenant</th>
        <th scope="col">Status</th>
        <th scope="col" className={styles.right}>
          Took
        </th>
        <th scope="col" className={styles.right}>
          Cost
        </th>
        <th scope="col" className={styles.right}>
          Created
        </th>
      </tr>
    </thead>
  );
}

function Rows({ list, selection }: Props) {
  const { jobs, query } = list;
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  // What stands above the rows comes and goes: filters, bulk operations.
  useLayoutEffect(() => {
    const now = body.current ? body.current.getBoundingClientRect().top + window.scrollY : 0;
    if (Math.abs(now - top) > 1) setTop(now);
  });
  const virtual = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => jobs[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useNextPage(query, last >= jobs.length - rowsAhead);
  const before = (items[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <tbody ref={body}>
      <Space heightPx={before} />
      {items.map(({ index, key }) => {
        const job = jobs[index];
        return job && <JobRow key={key} job={job} selection={selection} />;
      })}
      <Space heightPx={after} />
    </tbody>
  );
}

/** Where the rows would be that are out of sight. */
function Space({ heightPx }: { heightPx: number }) {
  if (heightPx <= 0) return null;
  return (
    <tr>
      <td style={{ height: heightPx, padding: 0 }} />
    </tr>
  );
}

function useNextPage(query: Props["list"]["query"], isNearEnd: boolean): void {
  const { hasNextPage, isFetchingNextPage, fetchNextPage, data } = query;
  const lastCount = data?.pages.at(-1)?.data.length ?? 0;
  useEffect(() => {
    // After a page without a row, how far back to look is for the reader to say.
    if (isNearEnd && hasNextPage && !isFetchingNextPage && lastCount > 0) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage, lastCount]);
}

function Foot({ list }: { list: Props["list"] }) {
  const { query, jobs } = list;
  const searched = query.data?.pages.at(-1)?.searched;
  if (query.isFetchingNextPage) return <SkeletonRows rows={2} height={30} />;
  if (query.hasNextPage)
    return (
      <div className={styles.foot}>
        <span>
          {jobs.length === 0 ? "Nothing found yet. " : `${formatCount(jobs.length)} shown. `}
          {searched && (
            <>
              Looked back to <Ago at={searched.back_to} />.
            </>
          )}
        </span>
        <Button size="xs" variant="default" onClick={() => void query.fetchNextPage()}>
          Look further back
        </Button>
      </div>
    );
  if (jobs.length === 0) return <Empty title="No jobs match">Lift a filter, or send a job.</Empty>;
  return <div className={styles.foot}>That is all: {formatCount(jobs.length)}.</div>;
}
