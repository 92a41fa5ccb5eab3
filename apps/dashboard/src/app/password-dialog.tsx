import { changePasswordSchema } from "@darkroom/contract/admin/session";
import { PasswordInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { callApi } from "../api/call-api.ts";
import { FormDialog } from "../ui/form-dialog.tsx";

export function PasswordDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const body = { current_password: current, new_password: next };
  const isReady = changePasswordSchema.safeParse(body).success;
  const change = useMutation({
    mutationFn: () => callApi("changePassword", z.unknown(), { body }),
    onSuccess: () => {
      notifications.show({ message: "Password changed. Other sessions of yours have ended." });
      setCurrent("");
      setNext("");
      onClose();
    },
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="Change password"
      action="Change password"
      isReady={isReady}
      call={change}
      onSubmit={() => change.mutate()}
    >
      <PasswordInput
        label="Present password"
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        data-autofocus
      />
      <PasswordInput
        label="New password"
        description="At least 12 characters; a few words are easier to keep than signs."
        autoComplete="new-password"
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
    </FormDialog>
  );
}
