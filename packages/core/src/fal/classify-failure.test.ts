import { expect, test } from "vitest";
import { classifyFailure } from "./classify-failure.ts";

const detail = (type: string) => ({ detail: [{ loc: ["body", "prompt"], msg: "no good", type }] });

test.each([
  [422, detail("content_policy_violation"), "content_policy", false, "no"],
  [422, detail("image_load_error"), "input_unreachable", false, "no"],
  [422, detail("file_download_error"), "input_unreachable", false, "no"],
  [422, detail("greater_than_equal"), "input_refused", false, "no"],
  [422, detail("a_type_of_tomorrow"), "input_refused", false, "no"],
  [422, { detail: "just a text" }, "input_refused", false, "no"],
  [422, detail("no_media_generated"), "no_image_generated", false, "no"],
  [500, { detail: "Internal Server Error" }, "fal_error", true, "no"],
  [500, detail("downstream_service_unavailable"), "fal_error", true, "no"],
  [502, "<html>bad gateway</html>", "fal_error", true, "no"],
  [503, { detail: "x", error_type: "runner_disconnected" }, "fal_error", true, "no"],
  [504, { detail: "Request timed out", error_type: "request_timeout" }, "fal_timeout", true, "no"],
  [504, detail("generation_timeout"), "fal_timeout", true, "no"],
  [499, { detail: "cancelled", error_type: "client_cancelled" }, "fal_error", true, "no"],
  [429, { detail: "Reached concurrent requests limit of 20" }, "fal_rate_limited", true, "no"],
  [403, { detail: "User is locked. Reason: Exhausted balance." }, "fal_account_locked", true, "no"],
  [401, { detail: "invalid key credentials" }, "fal_key_refused", true, "no"],
  [404, { detail: 'Application "x" not found' }, "fal_model_missing", false, "no"],
  [400, { error_type: "bad_request" }, "input_refused", false, "no"],
  [null, null, "fal_error", true, "no"],
] as const)("%s %j is %s", (status, body, code, retryable, charged) => {
  expect(classifyFailure({ status, body })).toMatchObject({ code, retryable, charged });
});

test("fal's start timeout is the deadline", () => {
  const headers = new Headers({ "X-Fal-Request-Timeout-Type": "user" });
  expect(classifyFailure({ status: 504, body: {}, headers })).toMatchObject({
    code: "deadline_exceeded",
    retryable: false,
  });
});

test.each([
  ["x-fal-retryable", "false", false],
  ["X-Fal-Needs-Retry", "0", false],
  ["x-fal-needs-retry", "1", true],
])("%s: %s decides whether a 500 is retried: %s", (name, value, retryable) => {
  expect(classifyFailure({ status: 500, body: {}, headers: new Headers({ [name]: value }) }).retryable).toBe(retryable);
});

test.each([
  ["0", "no"],
  ["0.457", "yes"],
])("billable units of %s say charged: %s", (units, charged) => {
  const headers = new Headers({ "x-fal-billable-units": units });
  expect(classifyFailure({ status: 422, body: detail("content_policy_violation"), headers }).charged).toBe(charged);
});

test("Retry-After is honoured in seconds, up to five minutes", () => {
  const after = (value: string) =>
    classifyFailure({ status: 429, body: {}, headers: new Headers({ "retry-after": value }) }).retryAfterMs;
  expect(after("7")).toBe(7_000);
  expect(after("86400")).toBe(300_000);
  expect(after("soon")).toBeUndefined();
});

test("the message names the field and what was wrong, within bounds", () => {
  expect(classifyFailure({ status: 422, body: detail("less_than") }).message).toBe("prompt: no good");
  expect(classifyFailure({ status: 500, body: { detail: "x".repeat(9_000) } }).message).toHaveLength(500);
  expect(classifyFailure({ status: 503, body: "<html>" }).message).toBe("fal failed with status 503");
});
