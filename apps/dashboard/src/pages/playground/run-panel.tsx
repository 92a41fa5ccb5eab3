import { playgroundJobCreatedSchema } from "@darkroom/contract/admin/playground";
import { quoteSchema } from "@darkroom/contract/jobs";
import type { ModelInfo } from "@darkroom/contract/model-info";
import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import { callApi } from "../../api/call-api.ts";
import { formatUsd } from "../../format/numbers.ts";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/panel.tsx";
import styles from "./playground-page.module.css";

type Props = {
  tenantId: string | undefined;
  model: ModelInfo;
  input: Record<string, unknown>;
  missing: readonly string[];
  onStarted: (jobId: string) => void;
};

/** What it will cost, and the button. */
export function RunPanel({ tenantId, model, input, missing, onStarted }: Props) {
  const body = { tenant_id: tenantId ?? "", job: { model: model.id, input } };
  const isReady = missing.length === 0;
  const wanted = JSON.stringify(body);
  const [quoted] = useDebouncedValue(wanted, 350);
  const quote = useQuery({
    queryKey: ["quote", quoted],
    queryFn: ({ signal }) => callApi("quotePlayground", quoteSchema, { body: JSON.parse(quoted), signal }),
    // Until the hand rests, what would be asked about is not what is wanted.
    enabled: isReady && quoted === wanted,
    placeholderData: keepPreviousData,
    gcTime: 0,
    retry: false,
  });
  const run = useMutation({
    mutationFn: () => callApi("createPlaygroundJob", playgroundJobCreatedSchema, { body }),
    onSuccess: ({ job }) => onStarted(job.id),
  });
  const error = run.error ?? (isReady ? quote.error : null);
  return (
    <Panel title="Price">
      <div className={styles.price}>
        <div>
          <div className={styles.amount}>{isReady && quote.data ? priceOf(quote.data) : "–"}</div>
          <p className={styles.help}>{explain(model, isReady ? quote.data : undefined, missing)}</p>
        </div>
        <Button disabled={!isReady} loading={run.isPending} onClick={() => run.mutate()}>
          Generate
        </Button>
      </div>
      {error && <Notice error={error} />}
    </Panel>
  );
}

type Quote = z.infer<typeof quoteSchema>;

function priceOf({ cost_usd, exact }: Quote): string {
  return exact ? formatUsd(cost_usd) : `≤ ${formatUsd(cost_usd)}`;
}

function explain({ price }: ModelInfo, quote: Quote | undefined, missing: readonly string[]): string {
  if (quote) {
    const lines = quote.lines.map(
      ({ label, quantity, unit, unit_usd }) => `${label}: ${quantity} ${unit} at ${formatUsd(unit_usd)}`,
    );
    return `${lines.join("; ")}.${quote.exact ? "" : " The size of the picture is known once it is made."}`;
  }
  const base = price ? `${formatUsd(price.usd)} per ${price.unit}. ` : "";
  return missing.length > 0 ? `${base}Still missing: ${missing.join(", ").toLowerCase()}.` : base;
}
