import { Button } from "@mantine/core";
import styles from "./more.module.css";

type Query = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };

/** The next page of a list, where there is one. */
export function More({ query }: { query: Query }) {
  if (!query.hasNextPage) return null;
  return (
    <div className={styles.more}>
      <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}
