import { type AuditEntry, auditActions, auditListSchema } from "@darkroom/contract/admin/audit";
import { Button, Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { usePages } from "../../api/use-pages.ts";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import { auditWords } from "../../ui/audit-words.ts";
import type { Column } from "../../ui/data-table.tsx";
import { Id, JobId } from "../../ui/id.tsx";
import { Chip } from "../../ui/mark.tsx";
import { Page } from "../../ui/page.tsx";
import { PagedTable } from "../../ui/paged-table.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty } from "../../ui/states.tsx";
import { TenantLink } from "../../ui/tenant-link.tsx";
import { Clock } from "../../ui/time.tsx";
import styles from "./audit-page.module.css";

const route = getRouteApi("/audit");

const columns: Column<AuditEntry>[] = [
  { key: "at", label: "When", cell: ({ at }) => <Clock at={at} /> },
  {
    key: "actor",
    label: "Who",
    long: true,
    cell: ({ actor }) => (
      <>
        {actor.name} {actor.kind !== "user" && <Chip tone="idle">{actor.kind.replace("_", " ")}</Chip>}
      </>
    ),
  },
  {
    key: "what",
    label: "What",
    grow: true,
    cell: (entry) => (
      <>
        {auditWords[entry.action]} <Detail detail={entry.detail} />
      </>
    ),
  },
  { key: "target", label: "On", cell: (entry) => <Target entry={entry} /> },
  { key: "tenant", label: "Tenant", cell: ({ tenant }) => (tenant ? <TenantLink tenant={tenant} /> : "–") },
  {
    key: "outcome",
    label: "Outcome",
    cell: ({ outcome }) => (outcome === "done" ? "done" : <Chip tone="warn">{outcome}</Chip>),
  },
  { key: "address", label: "From", cell: ({ address }) => address ?? "–" },
  {
    key: "request",
    label: "Request",
    long: true,
    cell: ({ request_id: id }) => (id ? <Id id={id} what="request id" /> : "–"),
  },
];

function Target({ entry: { target, tenant } }: { entry: AuditEntry }) {
  if (!target) return "–";
  if (target.kind === "job") return <JobId id={target.id} />;
  if (target.id === tenant?.id) return "the tenant";
  return <Id id={target.id} what={`${target.kind} id`} />;
}

function Detail({ detail }: { detail: AuditEntry["detail"] }) {
  const entries = Object.entries(detail).filter(([, value]) => value !== null);
  if (entries.length === 0) return null;
  const text = entries
    .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`)
    .join(", ");
  return <span className={styles.detail}>{text}</span>;
}

export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const setSearch = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const query = usePages({ route: "listAudit", schema: auditListSchema, key: ["audit"], search });
  return (
    <Page
      title="Audit"
      note="Who did what. Nothing here can be changed."
      actions={
        <>
          {(search.actor_id || search.target_id) && (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              onClick={() => setSearch({ actor_id: undefined, target_id: undefined })}
            >
              Of one only: show all
            </Button>
          )}
          <TenantPicker value={search.tenant_id} onChange={(tenant_id) => setSearch({ tenant_id })} />
          <Select
            size="xs"
            aria-label="Action"
            placeholder="All actions"
            data={[...auditActions]}
            value={search.action ?? null}
            onChange={(action) => setSearch({ action: (action as typeof search.action) ?? undefined })}
            searchable
            clearable
            w={180}
          />
        </>
      }
    >
      <Panel flush>
        <PagedTable
          label="Audit"
          query={query}
          columns={columns}
          empty={<Empty title="Nothing was done that matches" />}
        />
      </Panel>
    </Page>
  );
}
