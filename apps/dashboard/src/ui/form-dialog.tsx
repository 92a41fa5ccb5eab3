import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Notice } from "./notice.tsx";

type Props = {
  isOpen?: boolean;
  onClose: () => void;
  title: string;
  /** On the button that sends it. */
  action: string;
  isReady?: boolean;
  /** The call that it makes; a refusal is shown in the dialog. */
  call: { error: unknown; isPending: boolean };
  onSubmit: () => void;
  children: ReactNode;
};

/** Fields to be filled in and sent. */
export function FormDialog({ isOpen = true, onClose, title, action, isReady = true, call, onSubmit, children }: Props) {
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Stack gap="sm">
          {children}
          {call.error !== null && <Notice error={call.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Not now
            </Button>
            <Button type="submit" disabled={!isReady} loading={call.isPending}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
