import type { AdminTenant } from "@darkroom/contract/admin/tenants";
import { Button, Group, Modal, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { Notice } from "../../ui/notice.tsx";
import { CapInput, WeightInput } from "../tenants/create-tenant-dialog.tsx";
import { useUpdateTenant } from "./use-tenant.ts";

export function LimitsDialog({ tenant }: { tenant: AdminTenant }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [weight, setWeight] = useState<number | string>(tenant.weight);
  const [cap, setCap] = useState<number | string>(tenant.in_flight_max ?? "");
  const update = useUpdateTenant(tenant.id);
  const save = async () => {
    const in_flight_max = typeof cap === "number" ? cap : null;
    await update.mutateAsync({ weight: Number(weight), in_flight_max });
    close();
  };
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        Limits
      </Button>
      <Modal opened={isOpen} onClose={close} title={`Limits of ${tenant.name}`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void save().catch(() => {});
          }}
        >
          <Stack gap="sm">
            <WeightInput value={weight} onChange={setWeight} />
            <CapInput value={cap} onChange={setCap} />
            {update.error && <Notice error={update.error} />}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                Not now
              </Button>
              <Button type="submit" disabled={weight === ""} loading={update.isPending}>
                Save
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
}
