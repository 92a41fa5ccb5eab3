import { afterEach, beforeEach, expect, test } from "vitest";
import { type Receiver, startReceiver } from "./start-receiver.ts";

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const post = (body: string, init: RequestInit = {}) => fetch(`${receiver.url}/hook`, { method: "POST", body, ...init });

test("records what it gets, byte for byte, and answers 200", async () => {
  const response = await post("näive", { headers: { "x-id": "7" } });
  expect(response.status).toBe(200);
  const [request] = await receiver.received(1);
  expect(request).toMatchObject({ method: "POST", path: "/hook", headers: { "x-id": "7" } });
  expect(request!.body.toString()).toBe("näive");
});

test("follows its script, then what it answers otherwise", async () => {
  receiver.script({ status: 503, headers: { "retry-after": "7" } }, { redirectTo: "/elsewhere" });
  receiver.answer({ status: 418, body: "tea" });
  const first = await post("1");
  expect([first.status, first.headers.get("retry-after")]).toEqual([503, "7"]);
  expect((await post("2", { redirect: "manual" })).status).toBe(302);
  expect(await (await post("3")).text()).toBe("tea");
});

test("answers when the test says so", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  receiver.script({ status: 204, when: released });
  const answered = post("1");
  await receiver.received(1);
  release();
  expect((await answered).status).toBe(204);
});

test("hangs, and resets", async () => {
  receiver.script({ hang: true }, { reset: true });
  const abort = new AbortController();
  const hanging = post("1", { signal: abort.signal });
  await receiver.received(1);
  abort.abort();
  await expect(hanging).rejects.toThrow("abort");
  await expect(post("2")).rejects.toThrow("fetch failed");
});

test("sends bodies of any size", async () => {
  receiver.script({ hugeBodyBytes: 3_000_000 });
  expect((await (await post("1")).arrayBuffer()).byteLength).toBeGreaterThanOrEqual(3_000_000);
});
