import { adminTenantDetailSchema, adminTenantListSchema } from "@darkroom/contract/admin/tenants";
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "../api/call-api.ts";

type Props = {
  value: string | undefined;
  onChange: (tenantId: string | undefined) => void;
  label?: string;
  required?: boolean;
};

/** One tenant of what may be thousands: looked for by the beginning of its name. */
export function TenantPicker({ value, onChange, label, required = false }: Props) {
  const [text, setText] = useState("");
  const chosen = useTenantName(value);
  // The field shows the chosen one's name, which is nothing to look for.
  const [q] = useDebouncedValue(text === chosen ? "" : text.trim(), 200);
  const found = useQuery({
    queryKey: ["tenants", "pick", q],
    queryFn: ({ signal }) => callApi("listTenants", adminTenantListSchema, { query: { q, limit: 50 }, signal }),
    placeholderData: keepPreviousData,
  });
  const options = (found.data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  if (value && !options.some((option) => option.value === value)) options.unshift({ value, label: chosen ?? value });
  return (
    <Select
      size={label ? "sm" : "xs"}
      label={label}
      aria-label={label ?? "Tenant"}
      placeholder={required ? "Choose a tenant" : "All tenants"}
      data={options}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
      searchValue={text}
      onSearchChange={setText}
      // The list comes filtered.
      filter={({ options: all }) => all}
      clearable={!required}
      withAsterisk={required}
      nothingFoundMessage={found.isPending ? "Looking …" : "No tenant begins with that"}
      w={label ? undefined : 170}
    />
  );
}

/** The name behind an id that came with a link. */
export function useTenantName(id: string | undefined): string | undefined {
  const { data } = useQuery({
    queryKey: ["tenant", id],
    queryFn: ({ signal }) => callApi("readTenant", adminTenantDetailSchema, { params: { id: id ?? "" }, signal }),
    enabled: Boolean(id),
  });
  return data?.tenant.name;
}
