import { jobErrorCodes } from "@darkroom/contract/job-errors";
import { Group, NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import type { JobSearch } from "../../app/page-search.ts";

type Props = { search: JobSearch; onChange: (change: Partial<JobSearch>) => void };

export function MoreFilters({ search, onChange }: Props) {
  return (
    <Stack gap="sm">
      <WordFilter label="Tag" value={search.tag} onChange={(tag) => onChange({ tag })} />
      <WordFilter label="Batch" value={search.batch_id} onChange={(batch_id) => onChange({ batch_id })} />
      <Select
        size="xs"
        label="Error"
        placeholder="Any"
        data={[...jobErrorCodes]}
        value={search.error_code ?? null}
        onChange={(code) => onChange({ error_code: (code as JobSearch["error_code"]) ?? undefined })}
        searchable
        clearable
        comboboxProps={{ withinPortal: false }}
      />
      <Group grow gap="xs">
        <CostFilter
          label="Cost from"
          value={search.cost_min_usd}
          onChange={(cost_min_usd) => onChange({ cost_min_usd })}
        />
        <CostFilter
          label="Cost to"
          value={search.cost_max_usd}
          onChange={(cost_max_usd) => onChange({ cost_max_usd })}
        />
      </Group>
      <TimeFilter
        label="Created after"
        value={search.created_after}
        onChange={(created_after) => onChange({ created_after })}
      />
      <TimeFilter
        label="Created before"
        value={search.created_before}
        onChange={(created_before) => onChange({ created_before })}
      />
    </Stack>
  );
}

type FieldProps<Value> = { label: string; value: Value | undefined; onChange: (value: Value | undefined) => void };

function WordFilter({ label, value, onChange }: FieldProps<string>) {
  const [text, setText] = useState(value ?? "");
  const commit = () => text.trim() !== (value ?? "") && onChange(text.trim() || undefined);
  return (
    <TextInput
      size="xs"
      label={label}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === "Enter" && commit()}
    />
  );
}

function CostFilter({ label, value, onChange }: FieldProps<number>) {
  return (
    <NumberInput
      size="xs"
      label={label}
      prefix="$"
      min={0}
      step={0.01}
      decimalScale={6}
      value={value ?? ""}
      onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
    />
  );
}

/** Local time on the screen, UTC in the address. */
function TimeFilter({ label, value, onChange }: FieldProps<string>) {
  return (
    <TextInput
      size="xs"
      type="datetime-local"
      label={label}
      value={value ? toLocalInput(value) : ""}
      onChange={({ currentTarget }) => {
        const at = new Date(currentTarget.value);
        onChange(Number.isNaN(at.getTime()) ? undefined : at.toISOString());
      }}
    />
  );
}

function toLocalInput(iso: string): string {
  const date = new Date(iso);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
