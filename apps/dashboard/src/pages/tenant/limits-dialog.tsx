import type { AdminTenant } from "@darkroom/contract/admin/tenants";
import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { CapInput, RateInput, WeightInput } from "../tenants/limit-inputs.tsx";
import { useUpdateTenant } from "./use-tenant.ts";

export function LimitsDialog({ tenant }: { tenant: AdminTenant }) {
  const [isOpen, { open, close }] = useDisclosure();
  const [weight, setWeight] = useState<number | string>(tenant.weight);
  const [cap, setCap] = useState<number | string>(tenant.in_flight_max ?? "");
  const [rate, setRate] = useState<number | string>(tenant.rate_per_minute ?? "");
  const update = useUpdateTenant(tenant.id);
  const save = async () => {
    const limits = { in_flight_max: numberOrNone(cap), rate_per_minute: numberOrNone(rate) };
    await update.mutateAsync({ weight: Number(weight), ...limits });
    close();
  };
  return (
    <>
      <Button variant="default" size="xs" onClick={open}>
        Limits
      </Button>
      <FormDialog
        isOpen={isOpen}
        onClose={close}
        title={`Limits of ${tenant.name}`}
        action="Save"
        isReady={weight !== ""}
        call={update}
        onSubmit={() => void save().catch(() => {})}
      >
        <WeightInput value={weight} onChange={setWeight} />
        <CapInput value={cap} onChange={setCap} />
        <RateInput value={rate} onChange={setRate} />
      </FormDialog>
    </>
  );
}

/** An empty field stands for no limit of its own. */
function numberOrNone(value: number | string): number | null {
  return typeof value === "number" ? value : null;
}
