import { readFileSync } from "node:fs";
import { timelineCatalogue } from "@darkroom/contract/timeline";
import { expect, it } from "vitest";
import { jobStates, statusOf, transitions } from "./state.ts";

const page = readFileSync(new URL("../../../../docs/states.md", import.meta.url), "utf8");

it("docs/states.md draws every transition, and none that is not there", () => {
  const drawn = [...page.matchAll(/^ {2}(\w+) --> (\w+): \S.*$/gm)].map(([, from, to]) => `${from} --> ${to}`);
  const allowed = Object.entries(transitions).flatMap(([from, targets]) => targets.map((to) => `${from} --> ${to}`));
  expect(
    drawn.sort(),
    "Left: the arrows of the diagram in docs/states.md; right: `transitions` in state.ts. Draw each as `  from --> to: cause`.",
  ).toEqual(allowed.sort());
});

it("docs/states.md has a row for every state, with its status on the wire", () => {
  const rows = [...page.matchAll(/^\| `(\w+)` \| `(\w+)` \|(?: [^|]+\|){3}$/gm)];
  expect(
    rows.map(([, state, status]) => `${state}: ${status}`),
    "Left: the table of states in docs/states.md; right: jobStates and statusOf in state.ts. A row has five cells.",
  ).toEqual(jobStates.map((state) => `${state}: ${statusOf(state)}`));
});

it("docs/states.md has a row for every kind of timeline entry, with the status after it", () => {
  const rows = [...page.matchAll(/^\| `(\w+\.\w+)` \| (?:`(\w+)` )?\|/gm)];
  expect(
    rows.map(([, kind, status]) => `${kind}: ${status ?? "not said"}`),
    "Left: the table of kinds in docs/states.md; right: timelineCatalogue in contract/timeline.ts.",
  ).toEqual(Object.entries(timelineCatalogue).map(([kind, { status }]) => `${kind}: ${status ?? "not said"}`));
});
