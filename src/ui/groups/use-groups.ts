import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { type GroupList, type GroupsQuery, type GroupSummary, listGroups } from '../api.ts';

/** The list as far as it was loaded. */
export interface LoadedGroups {
  readonly rows: readonly GroupSummary[];
  /** Counts of the latest answer; `undefined` before the first. */
  readonly latest: GroupList | undefined;
  readonly error: Error | null;
  /** The rows are those of an earlier question. */
  readonly isStale: boolean;
  readonly isFetchingMore: boolean;
  /** Loads the next page, unless one is on its way or there is none. */
  readonly loadMore: () => void;
  /** Begins again at the first page; what is shown stays until the answer is there. */
  readonly refresh: () => void;
}

/** Pages of groups, one after the other by cursor. */
export function useGroups(query: GroupsQuery): LoadedGroups {
  const client = useQueryClient();
  const { search, selector, outcome, sort } = query;
  const key = useMemo(() => ['groups', { search, selector, outcome, sort }] as const, [search, selector, outcome, sort]);
  const { data, error, isPlaceholderData, isFetchingNextPage, hasNextPage, isFetching, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => listGroups({ search, selector, outcome, sort }, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
  const rows = useMemo(() => data?.pages.flatMap(({ groups }) => groups) ?? [], [data]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  const refresh = useCallback(() => {
    // A refetch would ask for every page that was loaded, one by one.
    client.setQueryData<InfiniteData<GroupList, string | null>>(
      key,
      (old) => old && { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) },
    );
    void refetch();
  }, [client, key, refetch]);
  return { rows, latest: data?.pages.at(-1), error, isStale: isPlaceholderData, isFetchingMore: isFetchingNextPage, loadMore, refresh };
}
