import type { AdminJobDetail } from "@darkroom/contract/admin/job-detail";
import { formatUsd } from "../../format/numbers.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { Empty } from "../../ui/states.tsx";
import { Ago } from "../../ui/time.tsx";

type Row = AdminJobDetail["spend"][number];

const kindWords = {
  reserve: "Reserved: the most it was expected to cost",
  settle: "Settled: what it cost",
  release: "Released: reserved and not spent",
  correct: "Corrected: what the settlement was off by",
} as const;

const columns: Column<Row>[] = [
  { key: "kind", label: "Movement", grow: true, cell: ({ kind }) => kindWords[kind] },
  { key: "round", label: "Round", right: true, cell: ({ round }) => round },
  { key: "amount", label: "Amount", right: true, cell: ({ amount_usd }) => formatUsd(amount_usd) },
  { key: "at", label: "When", right: true, cell: ({ created_at }) => <Ago at={created_at} /> },
];

export function SpendTab({ detail: { spend } }: { detail: AdminJobDetail }) {
  if (spend.length === 0) return <Empty title="No money was moved" />;
  return (
    <DataTable
      label="Movements of spend"
      columns={columns}
      rows={spend}
      rowKey={({ round, kind, created_at }) => `${round} ${kind} ${created_at}`}
    />
  );
}
