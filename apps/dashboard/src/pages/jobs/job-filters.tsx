import { jobStatusSchema } from "@darkroom/contract/jobs";
import { Button, Chip, Group, Popover, TextInput } from "@mantine/core";
import { IconAdjustmentsHorizontal, IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useSession } from "../../api/session.ts";
import type { JobSearch } from "../../app/page-search.ts";
import { ModelPicker } from "../../pickers/model-picker.tsx";
import { TenantPicker } from "../../pickers/tenant-picker.tsx";
import { ActiveFilters } from "./active-filters.tsx";
import styles from "./job-filters.module.css";
import { MoreFilters } from "./more-filters.tsx";

type Props = { search: JobSearch; onChange: (change: Partial<JobSearch>) => void };

export function JobFilters({ search, onChange }: Props) {
  return (
    <div className={styles.filters}>
      <div className={styles.line}>
        <WordSearch q={search.q} onChange={(q) => onChange({ q })} />
        <TenantPicker value={search.tenant_id} onChange={(tenant_id) => onChange({ tenant_id })} />
        <ModelPicker value={search.model} onChange={(model) => onChange({ model })} />
        <Popover position="bottom-end" width={320} shadow="md" radius="md" trapFocus>
          <Popover.Target>
            <Button variant="default" size="xs" leftSection={<IconAdjustmentsHorizontal size={15} />}>
              More filters
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <MoreFilters search={search} onChange={onChange} />
          </Popover.Dropdown>
        </Popover>
      </div>
      <StatusChips search={search} onChange={onChange} />
      <ActiveFilters search={search} onChange={onChange} />
    </div>
  );
}

function StatusChips({ search, onChange }: Props) {
  return (
    <Chip.Group
      multiple
      value={search.status ?? []}
      onChange={(values) => onChange({ status: values.length > 0 ? (values as JobSearch["status"]) : undefined })}
    >
      <Group gap={6} role="group" aria-label="Status">
        {jobStatusSchema.options.map((status) => (
          <Chip key={status} value={status} size="xs" variant="outline">
            {status}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

/** Looks when one is done typing (Enter), not at every letter: words are looked for in prompts, which costs. */
function WordSearch({ q, onChange }: { q: string | undefined; onChange: (q: string | undefined) => void }) {
  const [text, setText] = useState(q ?? "");
  useEffect(() => setText(q ?? ""), [q]);
  const { can_see_payloads: seesPrompts } = useSession().user;
  const label = seesPrompts ? "Any id, or words of the prompt" : "Any id";
  return (
    <search className={styles.search}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onChange(text.trim() || undefined);
        }}
      >
        <TextInput
          size="xs"
          type="search"
          data-page-search
          aria-label={label}
          placeholder={label}
          leftSection={<IconSearch size={14} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={() => (text.trim() || undefined) !== q && onChange(text.trim() || undefined)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
      </form>
    </search>
  );
}
