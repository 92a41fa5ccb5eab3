import { Button, Pill } from "@mantine/core";
import type { JobSearch } from "../../app/page-search.ts";
import { shortenId } from "../../format/ids.ts";
import { formatUsd } from "../../format/numbers.ts";
import { formatExact } from "../../format/times.ts";
import styles from "./job-filters.module.css";

type Props = { search: JobSearch; onChange: (change: Partial<JobSearch>) => void };

/** Filters that are in force and not seen elsewhere, each with a way to lift it. */
export function ActiveFilters({ search, onChange }: Props) {
  const words = describe(search);
  const isAny = Object.values(search).some((value) => value !== undefined);
  if (!isAny) return null;
  return (
    <div className={styles.active}>
      {words.map(({ key, text }) => (
        <Pill
          key={key}
          withRemoveButton
          onRemove={() => onChange({ [key]: undefined })}
          removeButtonProps={{ "aria-label": `Lift filter ${text}`, "aria-hidden": false, tabIndex: 0 }}
        >
          {text}
        </Pill>
      ))}
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange(none)}>
        Lift all filters
      </Button>
    </div>
  );
}

const none: Partial<JobSearch> = {
  status: undefined,
  tenant_id: undefined,
  model: undefined,
  tag: undefined,
  error_code: undefined,
  batch_id: undefined,
  cost_min_usd: undefined,
  cost_max_usd: undefined,
  created_after: undefined,
  created_before: undefined,
  q: undefined,
};

function describe(search: JobSearch): { key: keyof JobSearch; text: string }[] {
  const said: Partial<Record<keyof JobSearch, string | undefined>> = {
    error_code: search.error_code,
    tag: search.tag && `tag ${search.tag}`,
    batch_id: search.batch_id && `batch ${shortenId(search.batch_id)}`,
    cost_min_usd: search.cost_min_usd === undefined ? undefined : `cost ≥ ${formatUsd(search.cost_min_usd)}`,
    cost_max_usd: search.cost_max_usd === undefined ? undefined : `cost ≤ ${formatUsd(search.cost_max_usd)}`,
    created_after: search.created_after && `after ${formatExact(search.created_after)}`,
    created_before: search.created_before && `before ${formatExact(search.created_before)}`,
  };
  const entries = Object.entries(said) as [keyof JobSearch, string | undefined][];
  return entries.flatMap(([key, text]) => (text ? [{ key, text }] : []));
}
