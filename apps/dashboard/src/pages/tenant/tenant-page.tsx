import type { AdminTenant } from "@darkroom/contract/admin/tenants";
import { Button } from "@mantine/core";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMay } from "../../api/session.ts";
import { formatBounded, formatCount, formatUsdSum } from "../../format/numbers.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Id } from "../../ui/id.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Page } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Meter, Tile, Tiles } from "../../ui/tile.tsx";
import { Ago, Since } from "../../ui/time.tsx";
import { BudgetsPanel } from "./budgets-panel.tsx";
import { KeysPanel } from "./keys-panel.tsx";
import { LimitsDialog } from "./limits-dialog.tsx";
import styles from "./tenant-page.module.css";
import { UsagePanel } from "./usage-panel.tsx";
import { useTenant, useUpdateTenant } from "./use-tenant.ts";

const route = getRouteApi("/tenants/$id");

export function TenantPage() {
  const { id } = route.useParams();
  const query = useTenant(id);
  const isAdmin = useMay("admin");
  const tenant = query.data?.tenant;
  return (
    <Page
      title={tenant?.name ?? "Tenant"}
      note={<Id id={id} what="tenant id" whole />}
      actions={
        <>
          <Button
            variant="default"
            size="xs"
            renderRoot={(props) => <Link to="/jobs" search={{ tenant_id: id }} {...props} />}
          >
            Jobs
          </Button>
          {tenant && isAdmin && <LimitsDialog key={tenant.id} tenant={tenant} />}
          {tenant && isAdmin && <PauseTenant tenant={tenant} />}
        </>
      }
    >
      <Loaded query={query} rows={8}>
        {({ tenant: loaded, backlog }) => <Content tenant={loaded} oldestAt={backlog?.oldest_at ?? null} />}
      </Loaded>
    </Page>
  );
}

function Content({ tenant, oldestAt }: { tenant: AdminTenant; oldestAt: string | null }) {
  const { month, in_flight_max: max } = tenant;
  return (
    <>
      {tenant.paused_at && (
        <Notice tone="warn">
          Paused <Ago at={tenant.paused_at} />: its jobs are accepted and wait.
        </Notice>
      )}
      <Tiles>
        <Tile
          label="At fal now"
          value={formatCount(tenant.in_flight)}
          unit={max === null ? undefined : `of ${formatCount(max)}`}
        >
          {max !== null && <Meter value={tenant.in_flight} max={max} label="Cap in use" />}
        </Tile>
        <Tile
          label="Waiting"
          value={formatBounded(tenant.waiting)}
          unit="jobs"
          note={oldestAt ? <Oldest at={oldestAt} /> : undefined}
        />
        <Tile label="Weight" value={formatCount(tenant.weight)} />
        <Tile label="Succeeded this month" value={formatCount(month.succeeded)} unit="jobs" />
        <Tile label="Failed this month" value={formatCount(month.failed)} unit="jobs" />
        <Tile label="Cost this month" value={formatUsdSum(month.cost_usd)} note="UTC" />
      </Tiles>
      <UsagePanel tenantId={tenant.id} />
      <div className={styles.pair}>
        <KeysPanel tenantId={tenant.id} />
        <BudgetsPanel tenantId={tenant.id} />
      </div>
    </>
  );
}

function Oldest({ at }: { at: string }) {
  return (
    <>
      oldest for <Since at={at} />
    </>
  );
}

function PauseTenant({ tenant }: { tenant: AdminTenant }) {
  const update = useUpdateTenant(tenant.id);
  const isPaused = tenant.paused_at !== null;
  return (
    <Confirm
      title={isPaused ? `Resume ${tenant.name}?` : `Pause ${tenant.name}?`}
      action={isPaused ? "Resume" : "Pause"}
      onConfirm={() => update.mutateAsync({ paused: !isPaused })}
      trigger={(open) => (
        <Button size="xs" variant={isPaused ? "filled" : "default"} onClick={open}>
          {isPaused ? "Resume" : "Pause"}
        </Button>
      )}
    >
      {isPaused ? "Its waiting jobs go to fal again." : "Its jobs are still accepted, and wait. Those at fal go on."}
    </Confirm>
  );
}
