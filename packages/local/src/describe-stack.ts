import { type GivenEnv, opensLocalNetwork, type StackPlan } from "./plan-stack.ts";
import { bold } from "./print.ts";
import type { RunFile } from "./run-file.ts";

/** Says which parts are ours and which are the user's. */
export function describePlan(plan: StackPlan): string {
  const parts = [
    plan.postgres === "embedded" ? "Postgres: embedded" : "Postgres: yours",
    plan.queue === "redis" ? "BullMQ: your Redis" : "BullMQ: on Postgres",
    plan.objectStore === "embedded" ? "S3: embedded" : "S3: yours",
    plan.fal === "emulator" ? "fal: emulator" : "fal: the real one",
    plan.results === "webhook" ? "results: signed webhook" : "results: polling (set PUBLIC_URL for webhooks)",
  ];
  return parts.join(" · ");
}

/** Lines for the start of `npm start`. */
export function describeStack(plan: StackPlan, run: RunFile, home: string, given: GivenEnv): string[] {
  const curl = [
    `curl -s ${run.api_url}/v1/jobs -H 'Prefer: wait=30' -H 'Authorization: Bearer ${run.api_key}' \\`,
    `  -H 'Content-Type: application/json' -d '{"model":"fal-ai/z-image/turbo","input":{"prompt":"a lighthouse at dawn"}}'`,
  ];
  return [
    `  ${bold("API")}         ${run.api_url}`,
    `  ${bold("Reference")}   ${run.docs_url}`,
    `  ${bold("Dashboard")}   ${run.admin_url}   ${run.admin_email} / ${run.admin_password}`,
    `  ${bold("API key")}     ${run.api_key}`,
    `  ${bold("Home")}        ${home}   (data, run.json, logs/)`,
    "",
    `  ${describePlan(plan)}`,
    ...(opensLocalNetwork(given) ? [`  ${localNetworkNote}`] : []),
    "",
    "  Try it:",
    ...curl.map((line) => `    ${line}`),
  ];
}

export const localNetworkNote =
  "Pictures and endpoints on this machine are allowed, over http too (EGRESS_ALLOW_CIDRS, EGRESS_ALLOW_HTTP): for development.";
