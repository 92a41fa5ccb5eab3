import { type ModelInfo, modelListSchema } from "@darkroom/contract/model-info";
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { callApi } from "../api/call-api.ts";
import { shortenModel } from "../format/ids.ts";

export function useModels() {
  return useQuery({
    queryKey: ["models"],
    queryFn: ({ signal }) => callApi("listModels", modelListSchema, { signal }),
    staleTime: 5 * 60_000,
    select: ({ data }): ModelInfo[] => data,
  });
}

type Props = { value: string | undefined; onChange: (model: string | undefined) => void };

export function ModelPicker({ value, onChange }: Props) {
  const { data: models = [] } = useModels();
  const ids = models.map(({ id }) => id);
  // A model that is not offered any more still has jobs.
  const all = value && !ids.includes(value) ? [value, ...ids] : ids;
  return (
    <Select
      size="xs"
      aria-label="Model"
      placeholder="All models"
      data={all.map((id) => ({ value: id, label: shortenModel(id) }))}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
      clearable
      w={200}
      comboboxProps={{ width: 300, position: "bottom-start" }}
    />
  );
}
