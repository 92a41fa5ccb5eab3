import { type AdminJobItem, type AdminJobList, adminJobListSchema } from "@darkroom/contract/admin/jobs";
import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { callApi } from "../../api/call-api.ts";
import type { JobSearch } from "../../app/page-search.ts";
import { mergeJob, useLiveEvents } from "../../live/live-store.ts";
import { jobMatches } from "./job-matches.ts";

type Pages = InfiniteData<AdminJobList, string | undefined>;
const pageSize = 50;
/** More are not counted: "100+ new" says as much. */
export const freshMax = 100;

/**
 * The jobs that a search finds, newest first. Rows change in place; new ones wait behind `fresh` until they are asked for, so that
 * nothing moves under the pointer.
 */
export function useJobList(search: JobSearch) {
  const client = useQueryClient();
  const queryKey = useMemo(() => ["jobs", "list", search] as const, [search]);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [hasGap, setGap] = useState(false);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      callApi("listJobs", adminJobListSchema, { query: { ...search, limit: pageSize, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
  const forget = useCallback(() => {
    setFresh(new Set());
    setGap(false);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search starts anew.
  useEffect(forget, [queryKey]);

  const listener = useMemo(
    () => ({
      hello: ({ gap }: { gap: boolean }) => gap && setGap(true),
      jobs: ({ jobs, more }: { jobs: AdminJobItem[]; more: boolean }) => {
        if (more) setGap(true);
        client.setQueryData<Pages>(queryKey, (before) => before && updateRows(before, jobs));
        const known = client.getQueryData<Pages>(queryKey);
        if (known) setFresh((before) => withFresh(before, known, jobs, search));
      },
    }),
    [client, queryKey, search],
  );
  useLiveEvents(listener);

  const showFresh = async () => {
    forget();
    client.setQueryData<Pages>(queryKey, (before) => before && firstPage(before));
    await query.refetch();
  };
  const jobs = useMemo(() => query.data?.pages.flatMap(({ data }) => data) ?? [], [query.data]);
  return { query, jobs, fresh: fresh.size, hasGap, showFresh };
}

function updateRows(pages: Pages, changed: readonly AdminJobItem[]): Pages {
  const byId = new Map(changed.map((job) => [job.id, job]));
  const update = (job: AdminJobItem) => {
    const now = byId.get(job.id);
    return now ? mergeJob(job, now) : job;
  };
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, data: page.data.map(update) })) };
}

function withFresh(
  before: ReadonlySet<string>,
  { pages }: Pages,
  changed: readonly AdminJobItem[],
  search: JobSearch,
): ReadonlySet<string> {
  if (before.size >= freshMax) return before;
  const newest = pages[0]?.data[0]?.created_at ?? "";
  const known = new Set(pages.flatMap(({ data }) => data.map(({ id }) => id)));
  const isFresh = (job: AdminJobItem) =>
    !known.has(job.id) && !before.has(job.id) && job.created_at >= newest && jobMatches(job, search);
  const more = changed.filter(isFresh).map(({ id }) => id);
  return more.length === 0 ? before : new Set([...before, ...more]);
}

function firstPage({ pages, pageParams }: Pages): Pages {
  return { pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) };
}
