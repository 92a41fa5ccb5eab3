import { type AdminRole, adminRoles } from "@darkroom/contract/admin/access";
import { type AdminUser, createAdminUserSchema, updateAdminUserSchema } from "@darkroom/contract/admin/users";
import { Checkbox, PasswordInput, Select, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { callApi } from "../../api/call-api.ts";
import { FormDialog } from "../../ui/form-dialog.tsx";

type Props = { user: AdminUser | undefined; isSelf: boolean; onClose: () => void };

function useUserForm(user: AdminUser | undefined) {
  const [email, setEmail] = useState(user?.email ?? "");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<AdminRole>(user?.role ?? "viewer");
  const [seesPayloads, setSeesPayloads] = useState(user?.can_see_payloads ?? false);
  const [isDisabled, setDisabled] = useState(Boolean(user?.disabled_at));
  const rights = { role, can_see_payloads: seesPayloads };
  const body = user
    ? { ...rights, disabled: isDisabled, ...(password && { password }) }
    : { ...rights, email: email.trim(), password };
  const isValid = (user ? updateAdminUserSchema : createAdminUserSchema).safeParse(body).success;
  const values = { email, password, role, seesPayloads, isDisabled };
  return { values, body, isValid, setEmail, setPassword, setRole, setSeesPayloads, setDisabled };
}

export function UserDialog({ user, isSelf, onClose }: Props) {
  const client = useQueryClient();
  const form = useUserForm(user);
  const save = useMutation({
    mutationFn: () =>
      user
        ? callApi("updateUser", z.unknown(), { params: { id: user.id }, body: form.body })
        : callApi("createUser", z.unknown(), { body: form.body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["users"] });
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title={user ? user.email : "New user"}
      action={user ? "Save" : "Make user"}
      isReady={form.isValid}
      call={save}
      onSubmit={() => save.mutate()}
    >
      <Fields form={form} user={user} isSelf={isSelf} />
    </FormDialog>
  );
}

const roleWords: Record<AdminRole, string> = {
  viewer: "viewer: looks",
  operator: "operator: acts on jobs, deliveries and the queue",
  admin: "admin: also tenants, keys, budgets and users",
};

type FieldsProps = { form: ReturnType<typeof useUserForm>; user: AdminUser | undefined; isSelf: boolean };

function Fields({ form, user, isSelf }: FieldsProps) {
  const { values } = form;
  return (
    <>
      {!user && (
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="off"
          value={values.email}
          onChange={(event) => form.setEmail(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <PasswordInput
        label={user ? "New password" : "Password"}
        description={user ? "Empty: stays as it is. A new one ends the user's sessions." : "At least 12 characters"}
        autoComplete="new-password"
        value={values.password}
        onChange={(event) => form.setPassword(event.currentTarget.value)}
      />
      <Select
        label="Role"
        allowDeselect={false}
        disabled={isSelf}
        description={isSelf ? "One's own is for another admin to change." : undefined}
        data={adminRoles.map((role) => ({ value: role, label: roleWords[role] }))}
        value={values.role}
        onChange={(role) => form.setRole(role as AdminRole)}
      />
      <Checkbox
        label="May see prompts and pictures"
        checked={values.seesPayloads}
        onChange={(event) => form.setSeesPayloads(event.currentTarget.checked)}
      />
      {user && !isSelf && (
        <Checkbox
          label="Disabled: cannot log in"
          checked={values.isDisabled}
          onChange={(event) => form.setDisabled(event.currentTarget.checked)}
        />
      )}
    </>
  );
}
