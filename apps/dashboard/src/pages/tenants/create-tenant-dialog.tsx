import { createTenantSchema } from "@darkroom/contract/admin/tenants";
import { Group, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { z } from "zod";
import { callApi } from "../../api/call-api.ts";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { CapInput, WeightInput } from "./limit-inputs.tsx";

export function CreateTenantDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [weight, setWeight] = useState<number | string>(1);
  const [cap, setCap] = useState<number | string>("");
  const body = { name: name.trim(), weight, in_flight_max: typeof cap === "number" ? cap : null };
  const checked = createTenantSchema.safeParse(body);
  const create = useMutation({
    mutationFn: () => callApi("createTenant", z.unknown(), { body }),
    onSuccess: async () => {
      setName("");
      onClose();
      await client.invalidateQueries({ queryKey: ["tenants"] });
    },
  });
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={onClose}
      title="New tenant"
      action="Make tenant"
      isReady={checked.success}
      call={create}
      onSubmit={() => create.mutate()}
    >
      <TextInput
        label="Name"
        description="Letters, digits and . _ -"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Group grow gap="sm" align="flex-start">
        <WeightInput value={weight} onChange={setWeight} />
        <CapInput value={cap} onChange={setCap} />
      </Group>
    </FormDialog>
  );
}
