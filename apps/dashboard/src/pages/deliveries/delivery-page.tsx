import {
  type AdminDeliveryDetail,
  adminDeliveryDetailSchema,
  adminDeliverySchema,
} from "@darkroom/contract/admin/endpoints";
import { type DeliveryAttempt, deliveryErrorCatalogue } from "@darkroom/contract/deliveries";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { formatDuration } from "../../format/times.ts";
import { Code, Json } from "../../ui/code.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { useGo } from "../../ui/data-table.tsx";
import { DeliveryState } from "../../ui/delivery-words.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Id, JobId } from "../../ui/id.tsx";
import { Chip } from "../../ui/mark.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Ago, Due, Exact } from "../../ui/time.tsx";
import styles from "./delivery-page.module.css";

const route = getRouteApi("/deliveries/$id");

export function DeliveryPage() {
  const { id } = route.useParams();
  const mayAct = useMay("operator");
  const query = useQuery({
    queryKey: ["delivery", id],
    queryFn: ({ signal }) => callApi("readDelivery", adminDeliveryDetailSchema, { params: { id }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? 2_000 : false),
  });
  return (
    <Page
      title="Delivery"
      heading={<Id id={id} what="delivery id" whole />}
      note={query.data && <DeliveryState delivery={query.data} />}
      actions={query.data && mayAct && <Resend id={id} />}
    >
      <Loaded query={query} rows={8}>
        {(delivery) => <Content delivery={delivery} />}
      </Loaded>
    </Page>
  );
}

function Content({ delivery }: { delivery: AdminDeliveryDetail }) {
  return (
    <>
      <div className={styles.pair}>
        <Panel title="Delivery">
          <DeliveryFacts delivery={delivery} />
        </Panel>
        <Panel title="Body" note="What is sent with every attempt">
          <Body body={delivery.request_body} />
        </Panel>
      </div>
      <Panel title="Attempts">
        {delivery.log.length === 0 ? (
          <Empty title="Not tried yet" />
        ) : (
          <ol className={styles.log}>
            {delivery.log.map((attempt) => (
              <li key={attempt.number}>
                <Attempt attempt={attempt} />
              </li>
            ))}
          </ol>
        )}
      </Panel>
    </>
  );
}

function Body({ body }: { body: AdminDeliveryDetail["request_body"] | undefined }) {
  if (body === undefined) return <Empty title="Only shown with the payload permission" />;
  if (body === null) return <Empty title="The event is past its retention" />;
  return <Json value={body} what="body" />;
}

function DeliveryFacts({ delivery }: { delivery: AdminDeliveryDetail }) {
  const { job_id: jobId, endpoint_id: endpointId } = delivery;
  return (
    <Facts
      facts={[
        ["Event", delivery.event_type],
        ["Event id", <Id key="event" id={delivery.event_id} what="event id" whole />],
        ["To", delivery.url],
        [
          "Endpoint",
          endpointId ? (
            <Link key="endpoint" to="/endpoints/$id" params={{ id: endpointId }} className="mono">
              {endpointId}
            </Link>
          ) : (
            "the job's own webhook_url"
          ),
        ],
        ["Tenant", <TenantLink key="tenant" tenant={delivery.tenant} />],
        ["Job", jobId ? <JobId key="job" id={jobId} whole /> : undefined],
        ["Attempts", delivery.attempts],
        ["Next attempt", delivery.next_attempt_at ? <Due key="next" at={delivery.next_attempt_at} /> : undefined],
        ["Replay", delivery.replay_id ? <Id key="replay" id={delivery.replay_id} what="replay id" /> : undefined],
        ["Created", <Ago key="created" at={delivery.created_at} />],
        ["Finished", delivery.finished_at ? <Ago key="finished" at={delivery.finished_at} /> : undefined],
      ]}
    />
  );
}

function Attempt({ attempt }: { attempt: DeliveryAttempt }) {
  const isOk = attempt.error === null;
  return (
    <details className={styles.attempt}>
      <summary>
        <strong>Attempt {attempt.number}</strong>
        <Chip tone={isOk ? "good" : "bad"}>{attempt.status ?? attempt.error}</Chip>
        <span className={styles.quiet}>
          {formatDuration(attempt.ms)} · <Exact at={attempt.at} />
        </span>
      </summary>
      {attempt.error && <p>{deliveryErrorCatalogue[attempt.error]}</p>}
      <div className={styles.pair}>
        <Code
          what="request headers"
          text={Object.entries(attempt.request_headers)
            .map(([name, value]) => `${name}: ${value}`)
            .join("\n")}
        />
        <Code what="answer" text={attempt.response_body ?? "No body."} />
      </div>
    </details>
  );
}

function Resend({ id }: { id: string }) {
  const go = useGo();
  const resend = async () => {
    const made = await callApi("resendDelivery", adminDeliverySchema, { params: { id } });
    notifications.show({ message: "Resent as a new delivery." });
    go(`/deliveries/${made.id}`);
  };
  return (
    <Confirm
      title="Resend this delivery?"
      action="Resend"
      onConfirm={resend}
      trigger={(open) => (
        <Button size="xs" onClick={open}>
          Resend
        </Button>
      )}
    >
      The same event, with the same id, goes to the endpoint once more, as a new delivery.
    </Confirm>
  );
}
