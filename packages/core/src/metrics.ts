import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** Prometheus metrics of one process. Labels are few and bounded: never an id, never a tenant. */
export type Metrics = ReturnType<typeof createMetrics>;

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function createMetrics(role: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return { registry, ...jobMetrics(registers), ...transportMetrics(registers), ...deliveryMetrics(registers) };
}

function deliveryMetrics(registers: Registry[]) {
  return {
    deliverySeconds: new Histogram({
      name: "darkroom_delivery_seconds",
      help: "Time of one attempt to deliver an event, by what came of it.",
      labelNames: ["outcome"],
      buckets: secondsBuckets,
      registers,
    }),
    endpointsDisabled: new Counter({
      name: "darkroom_endpoints_disabled_total",
      help: "Customers' endpoints that were given up.",
      labelNames: ["reason"],
      registers,
    }),
  };
}

function transportMetrics(registers: Registry[]) {
  return {
    httpSeconds: new Histogram({
      name: "darkroom_http_request_seconds",
      help: "Time to answer a request.",
      labelNames: ["method", "route", "status"],
      buckets: secondsBuckets,
      registers,
    }),
    requestsRefused: new Counter({
      name: "darkroom_requests_refused_total",
      help: "Requests beyond a limit of their key or tenant.",
      labelNames: ["limit"],
      registers,
    }),
    requestsCountedAlone: new Counter({
      name: "darkroom_requests_counted_alone_total",
      help: "Requests that this process counted by itself, because the shared count did not answer.",
      registers,
    }),
    messageSeconds: new Histogram({
      name: "darkroom_message_seconds",
      help: "Time to handle a message.",
      labelNames: ["kind", "outcome"],
      buckets: secondsBuckets,
      registers,
    }),
    ringsFailed: new Counter({
      name: "darkroom_rings_failed_total",
      help: "Messages the queue did not take; the sweep makes up for them.",
      labelNames: ["kind"],
      registers,
    }),
    sweptRows: new Counter({
      name: "darkroom_swept_rows_total",
      help: "Overdue rows the sweep rang for: above zero means messages were lost.",
      labelNames: ["kind"],
      registers,
    }),
  };
}

function jobMetrics(registers: Registry[]) {
  return {
    jobsCreated: new Counter({
      name: "darkroom_jobs_created_total",
      help: "Jobs accepted.",
      labelNames: ["model"],
      registers,
    }),
    jobsEnded: new Counter({
      name: "darkroom_jobs_ended_total",
      help: "Jobs that reached a final state.",
      labelNames: ["state", "error_code", "charged"],
      registers,
    }),
    submits: new Counter({
      name: "darkroom_submits_total",
      help: "POSTs to fal's queue by outcome.",
      labelNames: ["outcome"],
      registers,
    }),
    falWebhooks: new Counter({
      name: "darkroom_fal_webhooks_total",
      help: "Webhooks received from fal.",
      labelNames: ["result"],
      registers,
    }),
    copySeconds: new Histogram({
      name: "darkroom_copy_seconds",
      help: "Time to copy one image from fal to storage and verify it.",
      labelNames: ["outcome"],
      buckets: secondsBuckets,
      registers,
    }),
    looseObjectsDeleted: new Counter({
      name: "darkroom_loose_objects_deleted_total",
      help: "Objects in storage that no row named, or named any more, and that were deleted.",
      registers,
    }),
    copiedBytes: new Counter({ name: "darkroom_copied_bytes_total", help: "Bytes of images stored.", registers }),
  };
}
