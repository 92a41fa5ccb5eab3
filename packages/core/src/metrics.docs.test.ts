import { readFileSync } from "node:fs";
import type { Metric } from "prom-client";
import { expect, it } from "vitest";
import { createMetrics } from "./metrics.ts";

const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");

it("docs/operations.md has a row for every metric, with its labels, and no other", () => {
  const rows = [...page.matchAll(/^\| `(darkroom_\w+)` \| ([^|]*)\|/gm)];
  const { registry: _, ...metrics } = createMetrics("test");
  const made = Object.values(metrics).map((metric) => `${nameOf(metric)}: ${labelsOf(metric).join(", ")}`);
  expect(
    rows.map(([, name, labels = ""]) => `${name}: ${labels.trim()}`).sort(),
    "Left: the table of metrics in docs/operations.md; right: metrics.ts. Write each as | `name` | label, label | meaning |.",
  ).toEqual(made.sort());
});

/** prom-client keeps them as plain members, which its types do not show. */
type Described = { name: string; labelNames: string[] };

function nameOf(metric: Metric): string {
  return (metric as unknown as Described).name;
}

function labelsOf(metric: Metric): string[] {
  return (metric as unknown as Described).labelNames;
}
