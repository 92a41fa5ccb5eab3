import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { shortenId, shortenModel } from "../../format/ids.ts";
import { formatUsd } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { Facts } from "../../ui/facts.tsx";
import { Id } from "../../ui/id.tsx";
import { Chip } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Ago } from "../../ui/time.tsx";
import styles from "./job-facts.module.css";

type Job = AdminJobDetail["job"];

export function JobFacts({ detail }: { detail: AdminJobDetail }) {
  const { job, phases } = detail;
  return (
    <div className={styles.column}>
      <Panel title="Job">
        {typeof job.input?.prompt === "string" && <p className={styles.prompt}>{job.input.prompt}</p>}
        <Facts facts={[...ownerFacts(job), ...triesFacts(job)]} />
      </Panel>
      <Panel title="Cost and time">
        <Facts facts={[...costFacts(job), ...timeFacts(job, phases)]} />
      </Panel>
    </div>
  );
}

function ownerFacts(job: Job): [string, ReactNode][] {
  return [
    ["Tenant", <TenantLink key="tenant" tenant={job.tenant} />],
    ["Model", shortenModel(job.model)],
    ["API key", job.api_key ? `${job.api_key.name} (${job.api_key.prefix}…)` : undefined],
    [
      "Batch",
      job.batch_id ? (
        <Link key="batch" to="/jobs" search={{ batch_id: job.batch_id }} className="mono">
          {job.batch_id}
        </Link>
      ) : undefined,
    ],
    ["Images of", job.reused_from ? <SameJob key="same" id={job.reused_from} /> : undefined],
    ["Tags", job.tags.length > 0 ? <Tags key="tags" tags={job.tags} /> : undefined],
    ["Metadata", metadataOf(job)],
  ];
}

function SameJob({ id }: { id: string }) {
  return (
    <Link to="/jobs/$id" params={{ id }} className="mono">
      {shortenId(id)}
    </Link>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className={styles.tags}>
      {tags.map((tag) => (
        <Link key={tag} to="/jobs" search={{ tag }}>
          <Chip tone="idle">{tag}</Chip>
        </Link>
      ))}
    </span>
  );
}

function metadataOf({ metadata }: Job): ReactNode {
  const entries = Object.entries(metadata ?? {});
  if (entries.length === 0) return undefined;
  return <span className="mono">{entries.map(([name, value]) => `${name}=${value}`).join(" ")}</span>;
}

function triesFacts(job: Job): [string, ReactNode][] {
  return [
    ["Attempts", `${job.attempts} of ${job.attempts_max}${job.round > 1 ? `, round ${job.round}` : ""}`],
    ["Priority", job.priority === 0 ? undefined : String(job.priority)],
    ["Seed", typeof job.seed === "number" ? <Id key="seed" id={String(job.seed)} what="seed" whole /> : undefined],
    ["Webhook URL", job.webhook_url ?? undefined],
  ];
}

const chargedSentences = { yes: "fal charged it", no: "fal did not charge it", unknown: "not known" } as const;

function costFacts(job: Job): [string, ReactNode][] {
  return [
    ["Cost", job.cost_usd === null ? "not final yet" : formatUsd(job.cost_usd)],
    ["Charged", job.charged ? chargedSentences[job.charged] : "not final yet"],
    ["Reserved", `${formatUsd(job.reserved_usd)} at most`],
    ["Own limit", job.max_cost_usd === null ? undefined : formatUsd(job.max_cost_usd)],
  ];
}

function timeFacts(job: Job, phases: AdminJobDetail["phases"]): [string, ReactNode][] {
  return [
    ["Created", <Ago key="created" at={job.created_at} />],
    ["Run at", job.run_at ? <Ago key="run" at={job.run_at} /> : undefined],
    ["Waited", durationOf(phases.waiting_ms)],
    ["At fal", durationOf(phases.fal_ms)],
    ["Copying", durationOf(phases.copying_ms)],
    ["Finished", job.finished_at ? <Ago key="finished" at={job.finished_at} /> : undefined],
    ["Next look", job.due_at && !job.finished_at ? <Ago key="due" at={job.due_at} /> : undefined],
    ["Deadline", job.deadline_at && !job.finished_at ? <Ago key="deadline" at={job.deadline_at} /> : undefined],
    ["Cancel asked", job.cancel_requested_at ? <Ago key="cancel" at={job.cancel_requested_at} /> : undefined],
    ["Deleted", job.deleted_at ? <Ago key="deleted" at={job.deleted_at} /> : undefined],
  ];
}

function durationOf(ms: number | null): ReactNode {
  return ms === null ? undefined : formatDuration(ms);
}
