import { type AdminBudget, adminBudgetListSchema } from "@darkroom/contract/admin/tenants";
import { Button, Group, Modal, NumberInput, Select, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { callApi } from "../../api/call-api.ts";
import { useMay } from "../../api/session.ts";
import { formatPercent, formatUsd } from "../../format/numbers.ts";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Empty, Loaded } from "../../ui/states.tsx";
import { Meter } from "../../ui/tile.tsx";
import { Ago } from "../../ui/time.tsx";
import styles from "./tenant-page.module.css";
import { useBudgets, useKeys } from "./use-tenant.ts";

export function BudgetsPanel({ tenantId }: { tenantId: string }) {
  const query = useBudgets(tenantId);
  const keys = useKeys(tenantId);
  const isAdmin = useMay("admin");
  const [isOpen, { open, close }] = useDisclosure();
  const nameOf = (id: string | null) =>
    id === null ? "Tenant" : (keys.data?.data.find((key) => key.id === id)?.name ?? id);
  return (
    <Panel
      title="Budgets"
      note="What is reserved counts as spent until it is settled"
      actions={
        isAdmin && (
          <Button size="compact-sm" variant="default" onClick={open}>
            Set budget
          </Button>
        )
      }
    >
      <Loaded query={query} rows={2}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No budget">Jobs are not held back by what they cost.</Empty>
          ) : (
            <div className={styles.budgets}>
              {data.map((budget) => (
                <Budget key={budget.id} budget={budget} owner={nameOf(budget.api_key_id)} />
              ))}
            </div>
          )
        }
      </Loaded>
      {isOpen && <BudgetDialog tenantId={tenantId} onClose={close} />}
    </Panel>
  );
}

function Budget({ budget, owner }: { budget: AdminBudget; owner: string }) {
  const { limit_usd: limit, used_usd: used } = budget;
  return (
    <div className={styles.budget}>
      <div className={styles.line}>
        <span>
          {owner}, per {budget.period}
        </span>
        <span>
          {formatUsd(used)} of {formatUsd(limit)}
        </span>
      </div>
      <Meter value={used} max={limit} label={`${owner} budget per ${budget.period}`} />
      <div className={`${styles.line} ${styles.quiet}`}>
        <span>{limit > 0 ? `${formatPercent(used / limit)} used` : "nothing may be spent"}</span>
        <span>
          begins anew <Ago at={budget.resets_at} />
        </span>
      </div>
    </div>
  );
}

function BudgetDialog({ tenantId, onClose }: { tenantId: string; onClose: () => void }) {
  const client = useQueryClient();
  const keys = useKeys(tenantId);
  const [period, setPeriod] = useState<"day" | "month">("month");
  const [keyId, setKeyId] = useState<string | null>(null);
  const [limit, setLimit] = useState<number | string>("");
  const save = useMutation({
    mutationFn: (limit_usd: number | null) =>
      callApi("setBudget", adminBudgetListSchema, {
        params: { id: tenantId },
        body: { period, api_key_id: keyId, limit_usd },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["tenant", tenantId, "budgets"] });
      onClose();
    },
  });
  const usable = (keys.data?.data ?? []).filter(({ revoked_at }) => !revoked_at);
  return (
    <Modal opened onClose={onClose} title="Set a budget">
      <Stack gap="sm">
        <Select
          label="Of"
          placeholder="The whole tenant"
          clearable
          data={usable.map(({ id, name }) => ({ value: id, label: `Key ${name}` }))}
          value={keyId}
          onChange={setKeyId}
        />
        <Select
          label="Per"
          allowDeselect={false}
          data={["day", "month"]}
          value={period}
          onChange={(value) => setPeriod(value as "day" | "month")}
        />
        <NumberInput
          label="At most"
          prefix="$"
          min={0}
          decimalScale={6}
          thousandSeparator=","
          value={limit}
          onChange={setLimit}
          data-autofocus
        />
        {save.error && <Notice error={save.error} />}
        <Group justify="space-between" gap="xs">
          <Button variant="subtle" color="red" loading={save.isPending} onClick={() => save.mutate(null)}>
            Remove it
          </Button>
          <Button
            disabled={typeof limit !== "number"}
            loading={save.isPending}
            onClick={() => save.mutate(Number(limit))}
          >
            Set budget
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
