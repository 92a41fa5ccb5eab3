import { type AdminRole, adminRoles } from "@darkroom/contract/admin/access";
import { type AdminKey, adminKeyCreatedSchema, adminKeyListSchema } from "@darkroom/contract/admin/users";
import { Button, Checkbox, Modal, Select, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { callApi } from "../../api/call-api.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Revoke } from "../../ui/revoke.tsx";
import { Secret } from "../../ui/secret.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";

/** Keys for automation: the same routes without a session. */
export function AdminKeysPanel() {
  const [isOpen, { open, close }] = useDisclosure();
  const query = useQuery({
    queryKey: ["admin-keys"],
    queryFn: ({ signal }) => callApi("listAdminKeys", adminKeyListSchema, { signal }),
  });
  return (
    <Panel
      title="Admin keys"
      note="For automation: the same routes, with Authorization: Bearer dka_…"
      flush
      actions={
        <Button size="compact-sm" variant="default" leftSection={<IconPlus size={14} />} onClick={open}>
          New admin key
        </Button>
      }
    >
      <Loaded query={query} rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No admin key" />
          ) : (
            <DataTable
              label="Admin keys"
              columns={columns}
              rows={data}
              rowKey={({ id }) => id}
              isDim={({ revoked_at }) => revoked_at !== null}
            />
          )
        }
      </Loaded>
      {isOpen && <CreateAdminKey onClose={close} />}
    </Panel>
  );
}

const columns: Column<AdminKey>[] = [
  { key: "name", label: "Name", grow: true, cell: ({ name }) => name },
  { key: "prefix", label: "Begins with", cell: ({ prefix }) => <span className="mono">{prefix}…</span> },
  { key: "role", label: "Role", cell: ({ role }) => role },
  { key: "payloads", label: "Prompts and pictures", cell: ({ can_see_payloads: sees }) => (sees ? "seen" : "hidden") },
  {
    key: "state",
    label: "State",
    cell: ({ revoked_at }) => (revoked_at ? <Mark tone="idle">revoked</Mark> : <Mark tone="good">valid</Mark>),
  },
  { key: "used", label: "Last used", right: true, cell: ({ last_used_at }) => <Ago at={last_used_at} empty="never" /> },
  {
    key: "revoke",
    label: <span className="visually-hidden">Actions</span>,
    right: true,
    cell: (key) => (key.revoked_at ? null : <RevokeKey adminKey={key} />),
  },
];

function RevokeKey({ adminKey }: { adminKey: AdminKey }) {
  const client = useQueryClient();
  const revoke = async () => {
    await callApi("revokeAdminKey", z.unknown(), { params: { id: adminKey.id } });
    await client.invalidateQueries({ queryKey: ["admin-keys"] });
  };
  return (
    <Revoke name={adminKey.name} onRevoke={revoke}>
      Whatever uses it is refused from now on.
    </Revoke>
  );
}

function CreateAdminKey({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<AdminRole>("viewer");
  const [seesPayloads, setSeesPayloads] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      callApi("createAdminKey", adminKeyCreatedSchema, {
        body: { name: name.trim(), role, can_see_payloads: seesPayloads },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["admin-keys"] }),
  });
  if (create.data)
    return (
      <Modal opened onClose={onClose} title={`Key ${create.data.admin_key.name}`} closeOnClickOutside={false}>
        <Secret value={create.data.key} what="admin key" onDone={onClose} />
      </Modal>
    );
  return (
    <FormDialog
      onClose={onClose}
      title="New admin key"
      action="Make key"
      isReady={name.trim() !== ""}
      call={create}
      onSubmit={() => create.mutate()}
    >
      <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <Select
        label="Role"
        allowDeselect={false}
        data={[...adminRoles]}
        value={role}
        onChange={(value) => setRole(value as AdminRole)}
      />
      <Checkbox
        label="May see prompts and pictures"
        checked={seesPayloads}
        onChange={(event) => setSeesPayloads(event.currentTarget.checked)}
      />
    </FormDialog>
  );
}
