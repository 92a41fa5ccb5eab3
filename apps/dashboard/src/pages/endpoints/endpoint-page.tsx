import { type AdminEndpoint, adminEndpointSchema } from "@darkroom/contract/admin/endpoints";
import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { formatBounded, formatCount } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { EndpointState } from "../../ui/endpoint-words.tsx";
import { Facts } from "../../ui/facts.tsx";
import { Id } from "../../ui/id.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Loaded } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Tile, Tiles } from "../../ui/tile.tsx";
import { Ago, Since } from "../../ui/time.tsx";
import { DeliveryTable } from "../deliveries/delivery-table.tsx";
import styles from "./endpoint-page.module.css";
import { ReplaysPanel } from "./replays-panel.tsx";

const route = getRouteApi("/endpoints/$id");

export function EndpointPage() {
  const { id } = route.useParams();
  const mayAct = useMay("operator");
  const query = useQuery({
    queryKey: ["endpoint", id],
    queryFn: ({ signal }) => callApi("readEndpoint", adminEndpointSchema, { params: { id }, signal }),
    refetchInterval: 5_000,
  });
  const endpoint = query.data;
  return (
    <Page
      title="Endpoint"
      heading={endpoint?.url}
      note={<Id id={id} what="endpoint id" whole />}
      actions={endpoint && mayAct && <PauseOrResume endpoint={endpoint} />}
    >
      <Loaded query={query} rows={8}>
        {(loaded) => <Content endpoint={loaded} />}
      </Loaded>
    </Page>
  );
}

function Content({ endpoint }: { endpoint: AdminEndpoint }) {
  const { recent } = endpoint;
  return (
    <>
      <Tiles>
        <Tile label="Delivered" value={formatCount(recent.delivered)} note="of its last 200" />
        <Tile label="Exhausted" value={formatCount(recent.exhausted)} note="of its last 200" />
        <Tile
          label="p50"
          value={recent.p50_ms === null ? "–" : formatDuration(recent.p50_ms)}
          note="of last attempts"
        />
        <Tile
          label="p95"
          value={recent.p95_ms === null ? "–" : formatDuration(recent.p95_ms)}
          note="of last attempts"
        />
        <Tile label="Pending" value={formatBounded(endpoint.pending)} />
        <Tile label="Oldest pending" value={<Since at={endpoint.oldest_pending_at} />} />
      </Tiles>
      <div className={styles.pair}>
        <Panel title="Endpoint">
          <EndpointFacts endpoint={endpoint} />
        </Panel>
        <ReplaysPanel endpoint={endpoint} />
      </div>
      <Panel title="Deliveries" note="Newest first" flush>
        <DeliveryTable ofOne search={{ endpoint_id: endpoint.id }} />
      </Panel>
    </>
  );
}

function EndpointFacts({ endpoint }: { endpoint: AdminEndpoint }) {
  return (
    <Facts
      facts={[
        ["State", <EndpointState key="state" endpoint={endpoint} />],
        ["Tenant", <TenantLink key="tenant" tenant={endpoint.tenant} />],
        ["Description", endpoint.description || undefined],
        ["Events", endpoint.events.length === 0 ? "all that are not opt-in" : endpoint.events.join(", ")],
        ["Headers", endpoint.headers.length > 0 ? endpoint.headers.join(", ") : undefined],
        ["At once", formatCount(endpoint.concurrency)],
        ["Rate", endpoint.rate_limit === null ? "no limit" : `${endpoint.rate_limit} per second`],
        ["Order", endpoint.fifo === "none" ? "none kept" : `kept per ${endpoint.fifo}`],
        ["Failing since", endpoint.failing_since ? <Ago key="failing" at={endpoint.failing_since} /> : undefined],
        ["Asked to wait", endpoint.blocked_until ? <Ago key="blocked" at={endpoint.blocked_until} /> : undefined],
        ["Disabled", endpoint.disabled_at ? <Ago key="disabled" at={endpoint.disabled_at} /> : undefined],
        ["Created", <Ago key="created" at={endpoint.created_at} />],
      ]}
    />
  );
}

function PauseOrResume({ endpoint }: { endpoint: AdminEndpoint }) {
  const client = useQueryClient();
  const isEnabled = endpoint.state === "enabled";
  const act = async () => {
    const params = { id: endpoint.id };
    const changed = await callApi(isEnabled ? "pauseEndpoint" : "resumeEndpoint", adminEndpointSchema, { params });
    client.setQueryData(["endpoint", endpoint.id], changed);
  };
  return (
    <Confirm
      title={isEnabled ? "Pause this endpoint?" : "Resume this endpoint?"}
      action={isEnabled ? "Pause" : "Resume"}
      onConfirm={act}
      trigger={(open) => (
        <Button size="xs" variant={isEnabled ? "default" : "filled"} onClick={open}>
          {isEnabled ? "Pause" : "Resume"}
        </Button>
      )}
    >
      {isEnabled
        ? "Its deliveries wait, and are exhausted once their retry window is over."
        : "What waits is delivered, and what happens from now on."}
    </Confirm>
  );
}
