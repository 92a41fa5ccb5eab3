import type { Now } from "@darkroom/contract/admin/overview";
import { expect, test } from "vitest";
import { judgeHealth, type Signs } from "./judge-health.ts";

const at = "2026-01-01T00:10:00.000Z";
const calm: Now = {
  at,
  in_flight: 2,
  slots: 10,
  in_flight_by_model: [],
  waiting: { count: 0, capped: false },
  scheduled: { count: 0, capped: false },
  copying: { count: 0, capped: false },
  oldest_waiting: null,
  backlog: [],
  dispatch_paused_at: null,
  submits_per_second: 20,
  submits_per_second_max: 20,
  circuits: [],
  workers_alive: 1,
};
const signs: Signs = {
  now: calm,
  queueReachable: true,
  totals: { succeeded: 9, failed: 1, canceled: 5, costMicros: 0 },
  behindSeconds: 2,
  doubtsOpen: 0,
  endpointsFailing: 0,
};
const backlog = {
  tenant: { id: "ten_1", name: "one" },
  waiting: { count: 3, capped: false },
  oldest_at: "2026-01-01T00:08:00.000Z",
  in_flight: 0,
  in_flight_max: null,
  weight: 1,
  paused: false,
};
const circuit = { scope: "account", state: "open", failures: 5, opened_at: at, probe_at: at, reason: "403" } as const;

test("all is well", () => {
  expect(judgeHealth(signs)).toEqual({ verdict: "ok", sentence: "Everything runs.", findings: [] });
});

const cases: [string, Partial<Signs>, string, string[]][] = [
  ["no worker", { now: { ...calm, workers_alive: 0 } }, "down", ["no_worker"]],
  ["a locked account", { now: { ...calm, circuits: [circuit] } }, "down", ["account_circuit_open"]],
  [
    "a model that fails",
    { now: { ...calm, circuits: [{ ...circuit, scope: "m" }] } },
    "degraded",
    ["model_circuit_open"],
  ],
  ["dispatch paused", { now: { ...calm, dispatch_paused_at: at } }, "degraded", ["dispatch_paused"]],
  ["the queue away", { queueReachable: false }, "degraded", ["queue_unreachable"]],
  ["jobs that wait beside free slots", { now: { ...calm, backlog: [backlog] } }, "degraded", ["line_stuck"]],
  ["jobs of a paused tenant", { now: { ...calm, backlog: [{ ...backlog, paused: true }] } }, "ok", []],
  ["a tenant at its cap", { now: { ...calm, backlog: [{ ...backlog, in_flight_max: 1, in_flight: 1 }] } }, "ok", []],
  ["no free slots", { now: { ...calm, in_flight: 10, backlog: [backlog] } }, "ok", []],
  [
    "a third failed",
    { totals: { succeeded: 20, failed: 10, canceled: 0, costMicros: 0 } },
    "degraded",
    ["many_failures"],
  ],
  ["two of three failed", { totals: { succeeded: 1, failed: 2, canceled: 0, costMicros: 0 } }, "ok", []],
  ["a slow roll-up", { behindSeconds: 31 }, "degraded", ["roll_up_behind"]],
  ["a doubt", { doubtsOpen: 1 }, "ok", ["doubted_submits"]],
  ["fewer submits", { now: { ...calm, submits_per_second: 5 } }, "ok", ["submits_slowed"]],
  ["an endpoint that fails", { endpointsFailing: 1 }, "degraded", ["deliveries_failing"]],
];

test.each(cases)("%s", (_name, changes, verdict, codes) => {
  const health = judgeHealth({ ...signs, ...changes });
  expect([health.verdict, health.findings.map(({ code }) => code)]).toEqual([verdict, codes]);
});

test("the worst comes first", () => {
  const health = judgeHealth({ ...signs, doubtsOpen: 1, behindSeconds: 99, now: { ...calm, workers_alive: 0 } });
  expect(health.findings.map(({ severity }) => severity)).toEqual(["critical", "warning", "info"]);
});
