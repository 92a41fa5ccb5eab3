import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { useEffect, useRef } from "react";
import { formatUsd } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { Compare } from "../../ui/compare.tsx";
import { JobId } from "../../ui/id.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Since } from "../../ui/time.tsx";
import { useJob } from "../job/use-job.ts";
import styles from "./playground-page.module.css";
import { type Step, stepsOf } from "./steps.ts";

/** The job on its way, step by step as the stream tells of it; then what came of it. */
export function Watch({ jobId, expectedMs }: { jobId: string | undefined; expectedMs: number }) {
  if (!jobId)
    return (
      <Panel title="Result">
        <Empty title="Nothing generated yet">It takes about {formatDuration(expectedMs)} once it is at fal.</Empty>
      </Panel>
    );
  return <WatchJob jobId={jobId} />;
}

function WatchJob({ jobId }: { jobId: string }) {
  const query = useJob(jobId);
  const place = useRef<HTMLDivElement>(null);
  // On a narrow screen the result is below the form.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another job is another thing to look at.
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), [jobId]);
  return (
    <div ref={place}>
      <Panel title="Result" actions={<JobId id={jobId} />}>
        <Loaded query={query} rows={6}>
          {(detail) => (
            <>
              <Steps detail={detail} />
              <Result detail={detail} />
            </>
          )}
        </Loaded>
      </Panel>
    </div>
  );
}

function Steps({ detail }: { detail: AdminJobDetail }) {
  return (
    <ol className={styles.steps} aria-label="Progress">
      {stepsOf(detail).map((step) => (
        <li key={step.label} className={styles.step} data-state={step.state}>
          <strong>{step.label}</strong>
          <Took step={step} />
        </li>
      ))}
    </ol>
  );
}

function Took({ step }: { step: Step }) {
  if (step.state === "now") return <Since at={step.since} />;
  if (step.ms !== null) return <>{formatDuration(step.ms)}</>;
  if (step.state === "failed") return "failed";
  return step.state === "done" ? "done" : "–";
}

function Result({ detail }: { detail: AdminJobDetail }) {
  const { job, outputs, input_pictures: inputs, explanation } = detail;
  const output = outputs[0];
  const input = inputs.find(({ url }) => url);
  if (job.status === "failed")
    return <Notice>{job.error_detail?.message ?? <Sentence text={explanation.sentence} />}</Notice>;
  if (!output || job.status !== "succeeded")
    return (
      <Notice tone="info">
        <Sentence text={explanation.sentence} />
      </Notice>
    );
  if (!output.url) return <Notice tone="info">Done. Pictures are only shown with the payload permission.</Notice>;
  return (
    <>
      {input?.url ? (
        <Compare
          before={{ url: input.url, label: "Before" }}
          after={{ url: output.url, label: "After" }}
          width={output.width}
          height={output.height}
        />
      ) : (
        <img className={styles.result} src={output.url} alt="The result" />
      )}
      <div className={styles.links}>
        <span>{job.cost_usd === null ? "" : `Cost ${formatUsd(job.cost_usd)}`}</span>
        {typeof job.seed === "number" && <span>Seed {job.seed}</span>}
      </div>
    </>
  );
}
