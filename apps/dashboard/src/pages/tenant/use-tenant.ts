import { adminApiKeyListSchema } from "@darkroom/contract/admin/keys";
import {
  adminBudgetListSchema,
  adminTenantDetailSchema,
  tenantUsageSchema,
  type UpdateTenant,
} from "@darkroom/contract/admin/tenants";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { callApi } from "../../api/call-api.ts";

const refetchMs = 10_000;

export function useTenant(id: string) {
  return useQuery({
    queryKey: ["tenant", id],
    queryFn: ({ signal }) => callApi("readTenant", adminTenantDetailSchema, { params: { id }, signal }),
    refetchInterval: refetchMs,
  });
}

export function useUpdateTenant(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: UpdateTenant) => callApi("updateTenant", z.unknown(), { params: { id }, body }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["tenant", id] }),
        client.invalidateQueries({ queryKey: ["tenants"] }),
      ]),
  });
}

export function useKeys(id: string) {
  return useQuery({
    queryKey: ["tenant", id, "keys"],
    queryFn: ({ signal }) => callApi("listApiKeys", adminApiKeyListSchema, { params: { id }, signal }),
  });
}

export function useBudgets(id: string) {
  return useQuery({
    queryKey: ["tenant", id, "budgets"],
    queryFn: ({ signal }) => callApi("listBudgets", adminBudgetListSchema, { params: { id }, signal }),
    refetchInterval: refetchMs,
  });
}

export function useUsage(id: string, by: "total" | "model" | "key" | "tag", days: number) {
  return useQuery({
    queryKey: ["tenant", id, "usage", by, days],
    queryFn: ({ signal }) =>
      callApi("readTenantUsage", tenantUsageSchema, { params: { id }, query: { by, days }, signal }),
  });
}
