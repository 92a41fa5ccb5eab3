import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import { Checkbox } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { memo } from "react";
import { shortenId, shortenModel } from "../../format/ids.ts";
import { formatUsd } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { JobStatus } from "../../ui/job-words.tsx";
import { Thumbnail } from "../../ui/thumbnail.tsx";
import { Ago, Since } from "../../ui/time.tsx";
import styles from "./job-table.module.css";
import type { Selection } from "./use-selection.ts";

type Props = { job: AdminJobItem; selection: Selection | undefined };

export function JobRow({ job, selection }: Props) {
  const navigate = useNavigate();
  const isSelected = selection?.ids.has(job.id) ?? false;
  // For the pointer; the link in the row does the same for the keyboard.
  const open = (event: React.MouseEvent) => {
    if ((event.target as HTMLElement).closest("a, button, input, label") || window.getSelection()?.toString()) return;
    void navigate({ to: "/jobs/$id", params: { id: job.id } });
  };
  return (
    <tr
      className={styles.row}
      onClick={open}
      data-selectable={selection ? true : undefined}
      data-selected={isSelected || undefined}
      data-deleted={job.deleted || undefined}
    >
      {selection && (
        <td data-area="check">
          <Checkbox
            size="xs"
            aria-label={`Select ${job.id}`}
            checked={isSelected}
            onChange={() => selection.toggle(job.id)}
          />
        </td>
      )}
      <Cells job={job} />
    </tr>
  );
}

const Cells = memo(function Cells({ job }: { job: AdminJobItem }) {
  return (
    <>
      <td data-area="thumb">
        <Thumbnail job={job} />
      </td>
      <JobCell job={job} />
      <td data-area="tenant" className={styles.cell}>
        {job.tenant.name}
      </td>
      <td data-area="status" className={styles.cell}>
        <JobStatus job={job} />
        {job.error && <span className={styles.error}>{job.error.code}</span>}
      </td>
      <td data-area="took" className={styles.right}>
        <Took job={job} />
      </td>
      <td data-area="cost" className={styles.right}>
        <Cost job={job} />
      </td>
      <td data-area="when" className={styles.right}>
        <Ago at={job.created_at} />
      </td>
    </>
  );
});

function JobCell({ job }: { job: AdminJobItem }) {
  // Without the prompt, the model says most about a job.
  const title = job.deleted ? "Deleted" : job.prompt_excerpt;
  return (
    <td data-area="job" className={styles.job}>
      <Link to="/jobs/$id" params={{ id: job.id }} className={styles.prompt}>
        {title || shortenModel(job.model)}
      </Link>
      <div className={styles.under}>
        <span className="mono" title={job.id}>
          {shortenId(job.id)}
        </span>
        {title && <span>{shortenModel(job.model)}</span>}
        {job.attempts > 1 && <span>{job.attempts} attempts</span>}
        {job.images > 1 && <span>{job.images} pictures</span>}
        {job.tags.slice(0, 3).map((tag) => (
          <span key={tag} className={styles.tag}>
            {tag}
          </span>
        ))}
      </div>
    </td>
  );
}

function Took({ job }: { job: AdminJobItem }) {
  if (job.finished_at) return <>{formatDuration(Date.parse(job.finished_at) - Date.parse(job.created_at))}</>;
  return <Since at={job.run_at && job.run_at > job.created_at ? null : job.created_at} empty="later" />;
}

function Cost({ job }: { job: AdminJobItem }) {
  if (job.cost_usd !== null) return <>{formatUsd(job.cost_usd)}</>;
  return <span title="Reserved: the most it is expected to cost">≤ {formatUsd(job.reserved_usd)}</span>;
}
