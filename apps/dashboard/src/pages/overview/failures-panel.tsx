import type { FailureGroup, Overview } from "@darkroom/contract/admin/overview";
import { UnstyledButton } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { formatCount, formatPercent } from "../../format/numbers.ts";
import { JobId } from "../../ui/id.tsx";
import { Blame } from "../../ui/job-words.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import styles from "./failures-panel.module.css";
import { rangeWords } from "./overview-tiles.tsx";

/** What fails, how often, whose fault it is, and what to do. */
export function FailuresPanel({ overview, tenantId }: { overview: Overview; tenantId?: string }) {
  const { failures, range, from, totals } = overview;
  // Causes beyond the most frequent, or of jobs that ended before causes were counted by tenant.
  const others = totals.failed - failures.reduce((sum, { count }) => sum + count, 0);
  const note = `In the ${rangeWords[range]}${others > 0 ? `; ${formatCount(others)} more are not counted by cause` : ""}`;
  return (
    <Panel title="Failures by cause" note={note} flush={failures.length > 0}>
      {failures.length === 0 ? (
        <Empty title={others > 0 ? "No causes were counted" : `No job failed in the ${rangeWords[range]}`} />
      ) : (
        <ul className={styles.list}>
          {failures.map((group) => (
            <Group key={group.code} group={group} search={{ created_after: from, tenant_id: tenantId }} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

type Search = { created_after: string; tenant_id: string | undefined };

function Group({ group, search }: { group: FailureGroup; search: Search }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li className={styles.group}>
      <UnstyledButton className={styles.head} onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
        <span className={styles.share} style={{ width: `${group.share * 100}%` }} aria-hidden="true" />
        <span className={`mono ${styles.code}`}>{group.code}</span>
        <Blame blame={group.blame} />
        <span className={styles.meaning}>{group.meaning}</span>
        <span className={styles.count}>
          {formatCount(group.count)} <span className={styles.percent}>{formatPercent(group.share)}</span>
        </span>
        <IconChevronDown size={15} className={styles.arrow} data-open={isOpen || undefined} aria-hidden="true" />
      </UnstyledButton>
      {isOpen && <Detail group={group} search={search} />}
    </li>
  );
}

function Detail({ group, search }: { group: FailureGroup; search: Search }) {
  return (
    <div className={styles.detail}>
      <p>
        {group.meaning} <strong>{group.remedy}</strong>
      </p>
      <p className={styles.quiet}>
        Last <Ago at={group.last_at} />. {group.retryable ? "A retry can help." : "A retry does not help."}{" "}
        <Link to="/jobs" search={{ error_code: group.code, ...search }}>
          Show these jobs
        </Link>
      </p>
      <ul className={styles.examples}>
        {group.examples.map((example) => (
          <li key={example.job_id}>
            <JobId id={example.job_id} />
            <span className={styles.quiet}>{example.tenant.name}</span>
            <span className={styles.message}>{example.message}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
