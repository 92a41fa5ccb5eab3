import { deliveryStates } from "@darkroom/contract/deliveries";
import { eventTypes } from "@darkroom/contract/events";
import { Button, Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { DeliveryTable } from "./delivery-table.tsx";

const route = getRouteApi("/deliveries");

export function DeliveriesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const setSearch = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const isNarrowed = search.endpoint_id || search.job_id;
  return (
    <Page
      title="Deliveries"
      note="What tenants' endpoints were told, and whether they heard"
      actions={
        <>
          {isNarrowed && (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              onClick={() => setSearch({ endpoint_id: undefined, job_id: undefined })}
            >
              Of one {search.job_id ? "job" : "endpoint"}: show all
            </Button>
          )}
          <TenantPicker value={search.tenant_id} onChange={(tenant_id) => setSearch({ tenant_id })} />
          <Select
            size="xs"
            aria-label="Event"
            placeholder="All events"
            data={[...eventTypes]}
            value={search.event_type ?? null}
            onChange={(type) => setSearch({ event_type: (type as typeof search.event_type) ?? undefined })}
            clearable
            w={170}
          />
          <Select
            size="xs"
            aria-label="State"
            placeholder="Any state"
            data={[...deliveryStates]}
            value={search.state ?? null}
            onChange={(state) => setSearch({ state: (state as typeof search.state) ?? undefined })}
            clearable
            w={130}
          />
        </>
      }
    >
      <Panel flush>
        <DeliveryTable search={search} />
      </Panel>
    </Page>
  );
}
