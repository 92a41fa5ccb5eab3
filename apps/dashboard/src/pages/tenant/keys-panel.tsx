import { type AdminApiKey, adminApiKeySchema } from "@darkroom/contract/admin/keys";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { formatCount } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Revoke } from "../../ui/revoke.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import { CreateKeyDialog } from "./create-key-dialog.tsx";
import styles from "./tenant-page.module.css";
import { useKeys } from "./use-tenant.ts";

export function KeysPanel({ tenantId }: { tenantId: string }) {
  const query = useKeys(tenantId);
  const isAdmin = useMay("admin");
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <Panel
      title="API keys"
      flush
      actions={
        isAdmin && (
          <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={open}>
            New key
          </Button>
        )
      }
    >
      <Loaded query={query} rows={3}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No key yet">Without one the tenant cannot send jobs.</Empty>
          ) : (
            <DataTable
              label="API keys"
              columns={isAdmin ? [...columns, revokeColumn] : columns}
              rows={data}
              rowKey={({ id }) => id}
              isDim={(key) => !isUsable(key)}
            />
          )
        }
      </Loaded>
      {isOpen && <CreateKeyDialog tenantId={tenantId} onClose={close} />}
    </Panel>
  );
}

function isUsable({ revoked_at, expires_at }: AdminApiKey): boolean {
  return !revoked_at && (!expires_at || Date.parse(expires_at) > Date.now());
}

const columns: Column<AdminApiKey>[] = [
  {
    key: "name",
    label: "Key",
    grow: true,
    cell: ({ name, prefix }) => (
      <span>
        {name} <span className={`mono ${styles.quiet}`}>{prefix}…</span>
      </span>
    ),
  },
  { key: "scopes", label: "May", cell: ({ scopes }) => <span title={scopes.join(", ")}>{scopes.length} scopes</span> },
  {
    key: "rate",
    label: "Per minute",
    right: true,
    cell: ({ rate_per_minute: rate }) => (rate === null ? "default" : formatCount(rate)),
  },
  { key: "state", label: "State", cell: (key) => <KeyState apiKey={key} /> },
  { key: "used", label: "Last used", right: true, cell: ({ last_used_at }) => <Ago at={last_used_at} empty="never" /> },
];

function KeyState({ apiKey }: { apiKey: AdminApiKey }) {
  const { revoked_at: revoked, expires_at: expires } = apiKey;
  if (revoked)
    return (
      <Mark tone="idle">
        revoked <Ago at={revoked} />
      </Mark>
    );
  if (!isUsable(apiKey)) return <Mark tone="idle">expired</Mark>;
  return (
    <Mark tone="good">
      {expires ? (
        <>
          expires <Ago at={expires} />
        </>
      ) : (
        "valid"
      )}
    </Mark>
  );
}

const revokeColumn: Column<AdminApiKey> = {
  key: "revoke",
  label: <span className="visually-hidden">Actions</span>,
  right: true,
  cell: (key) => (isUsable(key) ? <RevokeKey apiKey={key} /> : null),
};

function RevokeKey({ apiKey }: { apiKey: AdminApiKey }) {
  const client = useQueryClient();
  const revoke = async () => {
    await callApi("revokeApiKey", adminApiKeySchema, { params: { id: apiKey.id } });
    await client.invalidateQueries({ queryKey: ["tenant", apiKey.tenant_id, "keys"] });
  };
  return (
    <Revoke name={apiKey.name} onRevoke={revoke}>
      Whatever uses it is refused from now on, within ten seconds everywhere. Its jobs stay.
    </Revoke>
  );
}
