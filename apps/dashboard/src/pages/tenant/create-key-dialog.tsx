import { apiKeyCreatedSchema } from "@darkroom/contract/admin/keys";
import { scopes } from "@darkroom/contract/scopes";
import { Checkbox, Modal, NumberInput, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "../../api/call-api.ts";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Secret } from "../../ui/secret.tsx";

export function CreateKeyDialog({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([...scopes]);
  const [rate, setRate] = useState<number | string>("");
  const body = { name: name.trim(), scopes: chosen, rate_per_minute: typeof rate === "number" ? rate : null };
  const create = useMutation({
    mutationFn: () => callApi("createApiKey", apiKeyCreatedSchema, { params: { id: tenantId }, body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tenant", tenantId, "keys"] }),
  });
  if (create.data)
    return (
      <Modal opened onClose={onClose} title={`Key ${create.data.api_key.name}`} closeOnClickOutside={false}>
        <Secret value={create.data.key} what="API key" onDone={onClose} />
      </Modal>
    );
  return (
    <FormDialog
      onClose={onClose}
      title="New API key"
      action="Make key"
      isReady={body.name !== "" && chosen.length > 0}
      call={create}
      onSubmit={() => create.mutate()}
    >
      <TextInput
        label="Name"
        description="What will use it"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus
      />
      <Checkbox.Group label="May" value={chosen} onChange={setChosen}>
        {/* As far apart as WCAG 2.5.8 asks of targets this small. */}
        <Stack gap={10} mt={6}>
          {scopes.map((scope) => (
            <Checkbox key={scope} size="xs" value={scope} label={scope} />
          ))}
        </Stack>
      </Checkbox.Group>
      <NumberInput
        label="Requests per minute"
        description="Empty: the installation's default"
        min={1}
        allowDecimal={false}
        value={rate}
        onChange={setRate}
      />
    </FormDialog>
  );
}
