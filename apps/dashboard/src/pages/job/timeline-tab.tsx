import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { timelineCatalogue } from "@darkroom/contract/timeline";
import { auditWords } from "../../ui/audit-words.ts";
import { Exact } from "../../ui/time.tsx";
import styles from "./timeline-tab.module.css";

type Entry = { id: string; at: string; what: string; detail: string };

/** The job's own timeline with what people did to it, oldest first. */
export function TimelineTab({ detail }: { detail: AdminJobDetail }) {
  const entries = [...ownEntries(detail), ...auditEntries(detail)].sort((a, b) => a.at.localeCompare(b.at));
  return (
    <ol className={styles.list}>
      {entries.map(({ id, at, what, detail: more }) => (
        <li key={id}>
          <span className={styles.at}>
            <Exact at={at} />
          </span>
          <span>{what}</span>
          {more && <span className={`mono ${styles.more}`}>{more}</span>}
        </li>
      ))}
    </ol>
  );
}

function ownEntries({ timeline }: AdminJobDetail): Entry[] {
  return timeline.map(({ seq, at, kind, data }) => ({
    id: `t${seq}`,
    at,
    what: timelineCatalogue[kind].meaning,
    detail: shortData(data),
  }));
}

function auditEntries({ audit }: AdminJobDetail): Entry[] {
  return audit.map(({ id, at, actor, action, outcome }) => ({
    id,
    at,
    what: `${actor.name} ${auditWords[action]}${outcome === "done" ? "" : `: ${outcome}`}.`,
    detail: "",
  }));
}

function shortData(data: Record<string, unknown>): string {
  const parts = Object.entries(data).map(
    ([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  return parts.join(" ");
}
