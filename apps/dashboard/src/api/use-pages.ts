import type { AdminRouteName } from "@darkroom/contract/admin/routes";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { z } from "zod";
import { callApi, type Query } from "./call-api.ts";

type Page<Row> = { data: Row[]; next_cursor: string | null };

type List<Row> = {
  route: AdminRouteName;
  schema: z.ZodType<Page<Row>>;
  /** What it is kept under, besides the search. */
  key: readonly string[];
  search: Query;
  refetchMs?: number | false;
};

/** A list that comes in pages by cursor. While another search is asked for, what was found before stays. */
export function usePages<Row>({ route, schema, key, search, refetchMs = false }: List<Row>) {
  return useInfiniteQuery({
    queryKey: [...key, search],
    queryFn: ({ pageParam, signal }) => callApi(route, schema, { query: { ...search, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: refetchMs,
  });
}
