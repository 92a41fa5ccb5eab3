import { type ComponentProps, lazy, Suspense } from "react";
import { Panel } from "../../ui/panel.tsx";
import { SkeletonRows } from "../../ui/states.tsx";

const panels = () => import("./series-panels.tsx");
const Throughput = lazy(async () => ({ default: (await panels()).ThroughputPanel }));
const Slots = lazy(async () => ({ default: (await panels()).SlotsPanel }));

/** The chart library is the largest part of the page: health and numbers do not wait for it. */
export function ThroughputPanel(props: ComponentProps<typeof Throughput>) {
  return (
    <Suspense fallback={<Waiting title="Throughput" />}>
      <Throughput {...props} />
    </Suspense>
  );
}

export function SlotsPanel(props: ComponentProps<typeof Slots>) {
  return (
    <Suspense fallback={<Waiting title="Slots and line" />}>
      <Slots {...props} />
    </Suspense>
  );
}

function Waiting({ title }: { title: string }) {
  return (
    <Panel title={title} flush>
      <SkeletonRows rows={7} />
    </Panel>
  );
}
