import { batch } from "./batch.ts";
import type { Bench } from "./bench.ts";
import { bystanders } from "./bystanders.ts";
import { copy } from "./copy.ts";
import { dashboard } from "./dashboard.ts";
import { deliveries } from "./deliveries.ts";
import { growth } from "./growth.ts";
import { intake } from "./intake.ts";
import { latency } from "./latency.ts";
import { pipeline } from "./pipeline.ts";
import { receipt } from "./receipt.ts";
import { slots } from "./slots.ts";
import { work } from "./work.ts";

/** In the order of the table. */
export const benches: readonly Bench[] = [
  intake,
  batch,
  latency,
  pipeline,
  receipt,
  copy,
  deliveries,
  bystanders,
  growth,
  dashboard,
  slots,
  work,
];
