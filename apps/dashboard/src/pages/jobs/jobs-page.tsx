import { Button, Menu } from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import type { JobSearch } from "../../app/page-search.ts";
import { BulkDialog, type BulkTarget } from "../../bulk/bulk-dialog.tsx";
import { RunningBulks } from "../../bulk/running-bulks.tsx";
import { Page } from "../../ui/page.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Failure } from "../../ui/states.tsx";
import { FreshPill } from "./fresh-pill.tsx";
import { JobFilters } from "./job-filters.tsx";
import { JobTable } from "./job-table.tsx";
import { SelectionBar } from "./selection-bar.tsx";
import { useJobList } from "./use-job-list.ts";
import { useSelection } from "./use-selection.ts";

const route = getRouteApi("/jobs");

export function JobsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useJobList(search);
  const selection = useSelection(list.jobs);
  const [target, setTarget] = useState<BulkTarget>();
  const mayAct = useMay("operator");
  const setSearch = (change: Partial<JobSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const { query } = list;
  return (
    <Page title="Jobs" actions={mayAct && <ActOnAll onAct={(action) => setTarget({ action, filter: search })} />}>
      <RunningBulks />
      <JobFilters search={search} onChange={setSearch} />
      <FreshPill fresh={list.fresh} hasGap={list.hasGap} onShow={() => void list.showFresh()} />
      {query.error && list.jobs.length === 0 ? (
        <Panel>
          <Failure error={query.error} onRetry={() => void query.refetch()} />
        </Panel>
      ) : (
        <JobTable list={list} selection={mayAct ? selection : undefined} />
      )}
      {mayAct && (
        <SelectionBar
          selection={selection}
          onAct={(action) => setTarget({ action, filter: {}, jobIds: [...selection.ids] })}
        />
      )}
      {target && (
        <BulkDialog
          target={target}
          onClose={(started) => {
            setTarget(undefined);
            if (started) selection.clear();
          }}
        />
      )}
    </Page>
  );
}

function ActOnAll({ onAct }: { onAct: (action: BulkTarget["action"]) => void }) {
  return (
    <Menu position="bottom-end" shadow="md" radius="md" width={230}>
      <Menu.Target>
        <Button variant="default" size="xs" rightSection={<IconChevronDown size={14} />}>
          All that match
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onAct("retry")}>Retry all that match …</Menu.Item>
        <Menu.Item color="red" onClick={() => onAct("cancel")}>
          Cancel all that match …
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
