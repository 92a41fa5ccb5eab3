import { type AuditEntry, auditActions, auditListSchema } from "@darkroom/contract/admin/audit";
import { Button, Select } from "@mantine/core";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { callApi } from "../../api/call-api.ts";
import { shortenId } from "../../format/ids.ts";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import { auditWords } from "../../ui/audit-words.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Id, JobId } from "../../ui/id.tsx";
import { Chip } from "../../ui/mark.tsx";
import { More } from "../../ui/more.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
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
  { key: "target", label: "On", cell: ({ target }) => <Target target={target} /> },
  {
    key: "outcome",
    label: "Outcome",
    cell: ({ outcome }) => (outcome === "done" ? "done" : <Chip tone="warn">{outcome}</Chip>),
  },
  { key: "address", label: "From", cell: ({ address }) => address ?? "–" },
  {
    key: "request",
    label: "Request",
    cell: ({ request_id: id }) => (id ? <Id id={id} what="request id" /> : "–"),
  },
];

function Target({ target }: { target: AuditEntry["target"] }) {
  if (!target) return "–";
  if (target.kind === "job") return <JobId id={target.id} />;
  if (target.kind === "tenant")
    return (
      <Link to="/tenants/$id" params={{ id: target.id }} className="mono">
        {shortenId(target.id)}
      </Link>
    );
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
  const query = useInfiniteQuery({
    queryKey: ["audit", search],
    queryFn: ({ pageParam, signal }) =>
      callApi("listAudit", auditListSchema, { query: { ...search, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
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
        <Loaded query={query}>
          {({ pages }) => {
            const rows = pages.flatMap(({ data }) => data);
            if (rows.length === 0) return <Empty title="Nothing was done that matches" />;
            return <DataTable label="Audit" columns={columns} rows={rows} rowKey={({ id }) => id} />;
          }}
        </Loaded>
        <More query={query} />
      </Panel>
    </Page>
  );
}
