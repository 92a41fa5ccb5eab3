import type { EventType } from "@darkroom/contract/events";

/** How a customer's server behaves while there are faults; afterwards all of them behave. */
export type Temper =
  /** Takes everything. */
  | "steady"
  /** Fails, hangs, asks for pauses, closes connections, answers with redirects. */
  | "moody"
  /** Takes what comes and answers so late that it is sent again. */
  | "late"
  /** Says 410 after its first events: it is told nothing any more. */
  | "gone";

export type PlannedEndpoint = {
  tenant: number;
  /** Of the path. */
  name: string;
  temper: Temper;
  /** Empty: the usual types. */
  events: EventType[];
  fifo: "none" | "job";
};

const endpoint = (tenant: number, name: string, more: Partial<PlannedEndpoint> = {}): PlannedEndpoint => ({
  ...{ tenant, name, temper: "steady", events: [], fifo: "none" },
  ...more,
});

/** What the tenants have registered before their first job. */
export const plannedEndpoints: readonly PlannedEndpoint[] = [
  endpoint(0, "all"),
  endpoint(0, "in-order", { fifo: "job", temper: "moody" }),
  endpoint(1, "moody", { temper: "moody" }),
  endpoint(1, "bad-news", { events: ["job.failed", "job.canceled", "batch.completed"] }),
  endpoint(2, "late", { temper: "late" }),
  endpoint(2, "started-too", { events: ["job.started", "job.succeeded", "budget.threshold"], temper: "moody" }),
  endpoint(3, "all"),
  endpoint(3, "gone", { temper: "gone" }),
];

/** Where jobs that name a webhook_url of their own are told of; one address per tenant. */
export const ownUrlName = "own-url";
