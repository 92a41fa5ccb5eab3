import { type AdminUser, adminUserListSchema } from "@darkroom/contract/admin/users";
import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "../../api/call-api.ts";
import { useMay, useSession } from "../../api/session.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";
import { AdminKeysPanel } from "./admin-keys-panel.tsx";
import { UserDialog } from "./user-dialog.tsx";

export function UsersPage() {
  const isAdmin = useMay("admin");
  if (!isAdmin)
    return (
      <Page title="Users">
        <Panel>
          <Empty title="Only for admins">Ask one of them for what you need.</Empty>
        </Panel>
      </Page>
    );
  return <UsersOfAdmins />;
}

function UsersOfAdmins() {
  const [edited, setEdited] = useState<AdminUser | "new">();
  const { user: self } = useSession();
  const query = useQuery({
    queryKey: ["users"],
    queryFn: ({ signal }) => callApi("listUsers", adminUserListSchema, { signal }),
  });
  return (
    <Page
      title="Users"
      note="Who may look, and who may act"
      actions={
        <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setEdited("new")}>
          New user
        </Button>
      }
    >
      <Panel flush>
        <Loaded query={query} rows={4}>
          {({ data }) => (
            <DataTable
              label="Users"
              columns={[...columns, editColumn(setEdited)]}
              rows={data}
              rowKey={({ id }) => id}
              isDim={({ disabled_at }) => disabled_at !== null}
            />
          )}
        </Loaded>
      </Panel>
      <AdminKeysPanel />
      {edited && (
        <UserDialog
          user={edited === "new" ? undefined : edited}
          isSelf={edited !== "new" && edited.id === self.id}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}

const columns: Column<AdminUser>[] = [
  { key: "email", label: "E-mail", grow: true, cell: ({ email }) => email },
  { key: "role", label: "Role", cell: ({ role }) => role },
  { key: "payloads", label: "Prompts and pictures", cell: ({ can_see_payloads: sees }) => (sees ? "seen" : "hidden") },
  {
    key: "state",
    label: "State",
    cell: ({ disabled_at }) => (disabled_at ? <Mark tone="idle">disabled</Mark> : <Mark tone="good">active</Mark>),
  },
  {
    key: "login",
    label: "Last login",
    right: true,
    cell: ({ last_login_at }) => <Ago at={last_login_at} empty="never" />,
  },
];

function editColumn(onEdit: (user: AdminUser) => void): Column<AdminUser> {
  return {
    key: "edit",
    label: <span className="visually-hidden">Actions</span>,
    right: true,
    cell: (user) => (
      <Button size="compact-xs" variant="default" onClick={() => onEdit(user)} aria-label={`Change ${user.email}`}>
        Change
      </Button>
    ),
  };
}
