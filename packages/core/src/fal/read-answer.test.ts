import { expect, test } from "vitest";
import { falWebhookSchema, readOutput, readWebhook } from "./read-answer.ts";

const image = { url: "https://v3.fal.media/files/a.png", width: 10, height: 20, content_type: "image/png" };
const webhook = (changes: object) =>
  falWebhookSchema.parse({ request_id: "r-1", status: "OK", payload: { images: [image] }, ...changes });

test("OK with images", () => {
  const answer = readWebhook(
    webhook({ payload: { images: [image], seed: 42, has_nsfw_concepts: [true], timings: {}, prompt: "x" } }),
  );
  expect(answer).toEqual({ kind: "images", seed: 42, images: [{ url: image.url, width: 10, height: 20, nsfw: true }] });
});

test("optional members may be missing or null", () => {
  const answer = readWebhook(
    webhook({
      error: null,
      gateway_request_id: null,
      payload: { images: [{ url: image.url, width: null }], seed: null },
    }),
  );
  expect(answer).toEqual({
    kind: "images",
    seed: null,
    images: [{ url: image.url, width: null, height: null, nsfw: null }],
  });
});

test("a picture as data URI has no URL", () => {
  expect(readOutput({ images: [{ url: "data:image/png;base64,AAAA" }] })).toMatchObject({ images: [{ url: null }] });
});

test("a seed beyond what a number holds exactly is left out", () => {
  expect(readOutput({ images: [image], seed: 2 ** 60 })).toMatchObject({ seed: null });
});

test.each(["OK", "ERROR"])("%s with payload_error: the result has to be fetched", (status) => {
  const given = webhook({
    status,
    payload: null,
    payload_error: "not serializable",
    error: "Invalid status code: 404",
  });
  expect(readWebhook(given)).toEqual({ kind: "incomplete" });
});

test("ERROR with a list, a string, or nothing", () => {
  const list = { detail: [{ loc: ["body", "prompt"], msg: "field required", type: "missing" }] };
  const error = "Invalid status code: 422";
  expect(readWebhook(webhook({ status: "ERROR", error, payload: list }))).toMatchObject({
    failure: { code: "input_refused", httpStatus: 422, message: "prompt: field required" },
  });
  expect(readWebhook(webhook({ status: "ERROR", error, payload: { detail: "no" } }))).toMatchObject({
    failure: { message: "no" },
  });
  expect(readWebhook(webhook({ status: "ERROR", error: "Invalid status code: 500", payload: null }))).toMatchObject({
    failure: { code: "fal_error", retryable: true, httpStatus: 500 },
  });
});

test.each([
  [{ images: [] }, "no_image_generated"],
  [{ pictures: [] }, "fal_unreadable"],
  ["text", "fal_unreadable"],
  [null, "fal_unreadable"],
])("output %j is %s, and not bought again", (output, code) => {
  expect(readOutput(output)).toMatchObject({
    kind: "failure",
    failure: { code, retryable: false, charged: "unknown" },
  });
});

test("a request id that could leave its path is none", () => {
  expect(falWebhookSchema.safeParse({ request_id: "a/../b", status: "OK" }).success).toBe(false);
});
