import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { shortenId } from "../../format/ids.ts";
import { plural } from "../../format/numbers.ts";
import { Code, Json } from "../../ui/code.tsx";
import { Id } from "../../ui/id.tsx";
import { Blame, Charged, JobStatus } from "../../ui/job-words.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Sentence } from "../../ui/sentence.tsx";
import { Loaded } from "../../ui/states.tsx";
import { AttemptsTab } from "./attempts-tab.tsx";
import { DeliveriesTab } from "./deliveries-tab.tsx";
import { ErrorPanel } from "./error-panel.tsx";
import { JobActions } from "./job-actions.tsx";
import { JobFacts } from "./job-facts.tsx";
import styles from "./job-page.module.css";
import { PicturesPanel } from "./pictures-panel.tsx";
import { SpendTab } from "./spend-tab.tsx";
import { TimelineTab } from "./timeline-tab.tsx";
import { useJob } from "./use-job.ts";
import { Waterfall } from "./waterfall.tsx";

const route = getRouteApi("/jobs/$id");

export function JobPage() {
  const { id } = route.useParams();
  const query = useJob(id);
  return (
    <Page
      title={`Job ${shortenId(id)}`}
      heading={<Id id={id} what="job id" whole />}
      note={query.data && <Subtitle detail={query.data} />}
      actions={query.data && <JobActions detail={query.data} />}
    >
      <Loaded query={query} rows={10}>
        {(detail) => <Content detail={detail} />}
      </Loaded>
    </Page>
  );
}

function Subtitle({ detail: { job } }: { detail: AdminJobDetail }) {
  return (
    <span className={styles.subtitle}>
      <JobStatus job={job} />
      {job.error && <Blame blame={job.error.blame} />}
      <Charged charged={job.charged} />
    </span>
  );
}

function Content({ detail }: { detail: AdminJobDetail }) {
  return (
    <>
      <Explanation detail={detail} />
      <div className={styles.top}>
        <div className={styles.column}>
          {detail.job.error && <ErrorPanel error={detail.job.error} message={detail.job.error_detail?.message} />}
          <PicturesPanel detail={detail} />
        </div>
        <JobFacts detail={detail} />
      </div>
      <Panel title="What happened" note={`${plural(detail.attempts.length, "attempt")} at fal`} flush>
        <Waterfall spans={detail.waterfall} />
      </Panel>
      <Panel>
        <Details detail={detail} />
      </Panel>
    </>
  );
}

function Explanation({ detail: { explanation, job } }: { detail: AdminJobDetail }) {
  const message = job.error_detail?.message;
  return (
    <section className={styles.explanation} data-status={job.status} aria-label="Explanation">
      <p>
        <Sentence text={explanation.sentence} />
      </p>
      {message && !explanation.sentence.includes(message) && <p className={styles.error}>{message}</p>}
    </section>
  );
}

function Details({ detail }: { detail: AdminJobDetail }) {
  return (
    <Tabs defaultValue="attempts" keepMounted={false}>
      <Tabs.List className={styles.tabs}>
        <Tabs.Tab value="attempts">Attempts</Tabs.Tab>
        <Tabs.Tab value="deliveries">Deliveries</Tabs.Tab>
        <Tabs.Tab value="timeline">Timeline</Tabs.Tab>
        <Tabs.Tab value="spend">Spend</Tabs.Tab>
        <Tabs.Tab value="input">Input</Tabs.Tab>
        {detail.curl && <Tabs.Tab value="curl">curl</Tabs.Tab>}
        <Tabs.Tab value="json">JSON</Tabs.Tab>
      </Tabs.List>
      <div className={styles.tab}>
        <Tabs.Panel value="attempts">
          <AttemptsTab attempts={detail.attempts} />
        </Tabs.Panel>
        <Tabs.Panel value="deliveries">
          <DeliveriesTab detail={detail} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <TimelineTab detail={detail} />
        </Tabs.Panel>
        <Tabs.Panel value="spend">
          <SpendTab detail={detail} />
        </Tabs.Panel>
        <Tabs.Panel value="input">
          <InputTab detail={detail} />
        </Tabs.Panel>
        <Tabs.Panel value="curl">{detail.curl && <Code text={detail.curl} what="curl command" />}</Tabs.Panel>
        <Tabs.Panel value="json">
          <Json value={detail} what="JSON" tall />
        </Tabs.Panel>
      </div>
    </Tabs>
  );
}

function InputTab({ detail: { job } }: { detail: AdminJobDetail }) {
  if (job.input === undefined) return <p>Inputs are only shown to those with the payload permission.</p>;
  if (job.input === null) return <p>The input was deleted.</p>;
  return <Json value={job.input} what="input" />;
}
