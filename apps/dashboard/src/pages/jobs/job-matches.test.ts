import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import { expect, test } from "vitest";
import { jobMatches } from "./job-matches.ts";

const job: AdminJobItem = {
  id: "job_1",
  tenant: { id: "ten_1", name: "acme" },
  model: "fal-ai/z-image/turbo",
  status: "failed",
  state: "failed",
  error: { code: "content_policy", blame: "caller", retryable: false },
  charged: "no",
  cost_usd: 0,
  reserved_usd: 0.005,
  attempts: 1,
  priority: 0,
  tags: ["summer"],
  batch_id: null,
  images: 0,
  cancel_requested: false,
  deleted: false,
  created_at: "2026-01-02T12:00:00.000Z",
  run_at: null,
  submitted_at: null,
  generated_at: null,
  finished_at: null,
};

test("each filter by itself", () => {
  expect(jobMatches(job, {})).toBe(true);
  expect(jobMatches(job, { status: ["failed", "canceled"] })).toBe(true);
  expect(jobMatches(job, { status: ["succeeded"] })).toBe(false);
  expect(jobMatches(job, { tenant_id: "ten_2" })).toBe(false);
  expect(jobMatches(job, { tag: "summer", error_code: "content_policy", model: "fal-ai/z-image/turbo" })).toBe(true);
  expect(jobMatches(job, { batch_id: "bat_1" })).toBe(false);
  expect(jobMatches(job, { cost_min_usd: 0.001 })).toBe(false);
  expect(jobMatches(job, { created_after: "2026-01-02T13:00:00Z" })).toBe(false);
  expect(jobMatches(job, { created_before: "2026-01-02T13:00:00Z" })).toBe(true);
});

test("words are for the server to find", () => {
  expect(jobMatches(job, { q: "lighthouse" })).toBe(false);
});
