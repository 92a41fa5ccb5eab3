import { Button, Group, Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Notice } from "./notice.tsx";

type Props = {
  title: string;
  action: string;
  danger?: boolean;
  children: ReactNode;
  onConfirm: () => Promise<unknown>;
  trigger: (open: () => void) => ReactNode;
};

/** Asks before it acts; a refusal is shown where it was asked for. */
export function Confirm({ title, action, danger = false, children, onConfirm, trigger }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const close = () => setOpen(false);
  const act = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close();
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {trigger(() => {
        setError(undefined);
        setOpen(true);
      })}
      <Modal opened={isOpen} onClose={close} title={title}>
        <div>{children}</div>
        {error !== undefined && <Notice error={error} />}
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={close}>
            Not now
          </Button>
          <Button color={danger ? "red" : undefined} loading={isBusy} onClick={() => void act()} data-autofocus>
            {action}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
