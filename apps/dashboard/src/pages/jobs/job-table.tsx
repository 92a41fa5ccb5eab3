import { Button, Checkbox } from "@mantine/core";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { formatCount } from "../../format/numbers.ts";
import { Empty, SkeletonRows } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import { JobRow } from "./job-row.tsx";
import styles from "./job-table.module.css";
import type { useJobList } from "./use-job-list.ts";
import type { Selection } from "./use-selection.ts";

type Props = { list: ReturnType<typeof useJobList>; selection: Selection | undefined };

const rowHeightPx = 62;

/** The rows that are in sight, of as many as one cares to scroll through. */
export function JobTable({ list, selection }: Props) {
  const { query, jobs } = list;
  if (query.isPending) return <div className={styles.table}>{<SkeletonRows rows={10} height={30} />}</div>;
  return (
    <div className={styles.table} role="table" aria-label="Jobs" aria-rowcount={-1}>
      <Head selection={selection} />
      {jobs.length > 0 && <Rows list={list} selection={selection} />}
      <Foot list={list} />
    </div>
  );
}

function Head({ selection }: { selection: Selection | undefined }) {
  return (
    <div role="rowgroup">
      <div className={styles.head} role="row" data-selectable={selection ? true : undefined}>
        {selection && (
          <div role="columnheader">
            <Checkbox
              size="xs"
              aria-label="Select all that are loaded"
              checked={selection.isAll}
              indeterminate={selection.isSome && !selection.isAll}
              onChange={selection.toggleAll}
            />
          </div>
        )}
        <div role="columnheader">
          <span className="visually-hidden">Picture</span>
        </div>
        <div role="columnheader">Job</div>
        <div role="columnheader">Tenant</div>
        <div role="columnheader">Status</div>
        <div role="columnheader" className={styles.right}>
          Took
        </div>
        <div role="columnheader" className={styles.right}>
          Cost
        </div>
        <div role="columnheader" className={styles.right}>
          Created
        </div>
      </div>
    </div>
  );
}

function Rows({ list, selection }: Props) {
  const { jobs, query } = list;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => setTop(box.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => jobs[index]?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage, data } = query;
  const lastCount = data?.pages.at(-1)?.data.length ?? 0;
  useEffect(() => {
    // A page without a row: how far back to look is for the reader to say.
    if (last >= jobs.length - 15 && hasNextPage && !isFetchingNextPage && lastCount > 0) void fetchNextPage();
  }, [last, jobs.length, hasNextPage, isFetchingNextPage, fetchNextPage, lastCount]);
  return (
    <div ref={box} role="rowgroup" className={styles.space} style={{ height: virtual.getTotalSize() }}>
      {items.map(({ index, start, key }) => {
        const job = jobs[index];
        if (!job) return null;
        return (
          <div key={key} role="presentation" className={styles.slot} style={{ transform: `translateY(${start - top}px)` }}>
            <JobRow job={job} selection={selection} />
          </div>
        );
      })}
    </div>
  );
}

function Foot({ list }: { list: Props["list"] }) {
  const { query, jobs } = list;
  const searched = query.data?.pages.at(-1)?.searched;
  if (query.isFetchingNextPage) return <SkeletonRows rows={2} height={30} />;
  if (query.hasNextPage)
    return (
      <div className={styles.foot}>
        <span>
          Looked back to <Ago at={searched?.back_to} />.
        </span>
        <Button size="xs" variant="default" onClick={() => void query.fetchNextPage()}>
          Look further back
        </Button>
      </div>
    );
  if (jobs.length === 0) return <Empty title="No jobs match">Lift a filter, or send a job.</Empty>;
  return <div className={styles.foot}>That is all: {formatCount(jobs.length)}.</div>;
}
