import { changePasswordSchema } from "@darkroom/contract/admin/session";
import { Button, Group, Modal, PasswordInput, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { callApi } from "../api/call-api.ts";
import { Notice } from "../ui/notice.tsx";

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
    <Modal opened={isOpen} onClose={onClose} title="Change password">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Stack gap="sm">
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
          {change.error && <Notice error={change.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Not now
            </Button>
            <Button type="submit" disabled={!isReady} loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
