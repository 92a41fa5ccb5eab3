import { Button, Skeleton } from "@mantine/core";
import { IconAlertTriangle, IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ApiError, describeError } from "../api/api-error.ts";
import styles from "./states.module.css";

/** Nothing to show, and what would change that. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.state}>
      <p className={styles.title}>{title}</p>
      {children && <div className={styles.text}>{children}</div>}
    </div>
  );
}

/** A call that brought nothing: what, why, what to do; and trying again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, message, remedy, requestId } = describeError(error);
  const isForbidden = error instanceof ApiError && error.status === 403;
  const Icon = isForbidden ? IconLock : IconAlertTriangle;
  return (
    <div className={styles.state} role="alert">
      <Icon size={22} className={isForbidden ? styles.quiet : styles.bad} aria-hidden="true" />
      <p className={styles.title}>{title}</p>
      <div className={styles.text}>
        <p className={styles.message}>{message}</p>
        {remedy && <p>{remedy}</p>}
        {requestId && <p className="mono">{requestId}</p>}
      </div>
      {onRetry && !isForbidden && (
        <Button variant="default" size="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** The shape of rows that are on their way. */
export function SkeletonRows({ rows = 6, height = 18 }: { rows?: number; height?: number }) {
  return (
    <div className={styles.rows} aria-busy="true">
      <span className="visually-hidden" role="status">
        Loading
      </span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
        <Skeleton key={index} height={height} radius="sm" width={`${100 - ((index * 13) % 35)}%`} />
      ))}
    </div>
  );
}

type Query<Data> = { data: Data | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** The content once it is there; until then its shape, or why it is not. What was there before stays while it is refreshed. */
export function Loaded<Data>({
  query,
  rows,
  children,
}: {
  query: Query<Data>;
  rows?: number;
  children: (data: Data) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Failure error={query.error} onRetry={() => query.refetch()} />;
  return <SkeletonRows rows={rows} />;
}
