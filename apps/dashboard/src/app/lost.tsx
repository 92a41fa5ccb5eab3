import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { Page } from "../ui/page.tsx";
import { Panel } from "../ui/panel.tsx";
import { Empty, Failure } from "../ui/states.tsx";

export function Lost() {
  return (
    <Page title="Not found">
      <Panel>
        <Empty title="There is no such page">
          <Link to="/">Go to the overview</Link>
        </Empty>
      </Panel>
    </Page>
  );
}

/** A page that broke: the rest of the dashboard stays usable. */
export function Oops({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Something went wrong">
      <Panel>
        <Failure error={error} onRetry={reset} />
      </Panel>
    </Page>
  );
}
