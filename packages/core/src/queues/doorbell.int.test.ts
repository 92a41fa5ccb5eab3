import { openTestContext } from "@darkroom/testing/open-test-context";
import { waitFor } from "@darkroom/testing/wait-for";
import { afterAll, expect, test } from "vitest";
import type { MessageKind } from "./messages.ts";

const context = await openTestContext();
afterAll(() => context.close());
const { doorbell, queues, clock } = context;

const rowsOf = (name: string, count: number, kind: MessageKind) => {
  const dueAt = clock.now();
  return Array.from({ length: count }, (_, index) => ({ kind, id: `${name}_${index}`, dueAt }));
};

/** Consumes until so many rows were heard of, then a little on by the next ring. */
async function hear(kind: MessageKind, count: number): Promise<string[]> {
  const heard: string[] = [];
  const worker = queues.openWorker(kind, async (id) => void heard.push(id), { concurrency: 2 });
  await waitFor(`${count} rows`, () => heard.length >= count);
  await worker.close();
  return heard.sort();
}

test("rows that are rung for together come in few messages, each row once", async () => {
  const rows = rowsOf("job", 12, "copy-output");
  const [first, ...others] = rows;
  await Promise.all([doorbell.ring([first!]), doorbell.ring(others), doorbell.ring(others.slice(3))]);
  expect(await doorbell.waiting("copy-output")).toBeLessThanOrEqual(4);
  expect(await hear("copy-output", 12)).toEqual(rows.map(({ id }) => id).sort());
});

test("ringing again for the same rows adds nothing, in whatever company they come", async () => {
  const rows = rowsOf("job", 7, "check-job");
  await doorbell.ringAgain(rows);
  await doorbell.ringAgain(rows.slice(2));
  await doorbell.ringAgain([...rows].reverse());
  expect(await doorbell.waiting("check-job")).toBe(7);
  expect(await hear("check-job", 7)).toEqual(rows.map(({ id }) => id).sort());
});

test("an endpoint that is rung for again and again has a message now and one a little later", async () => {
  for (let ring = 0; ring < 20; ring += 1) void doorbell.ring(rowsOf("ep", 2, "send-deliveries"));
  const waiting = async () => {
    const count = await doorbell.waiting("send-deliveries");
    return count >= 2 && count;
  };
  // Twenty rings made in one turn of the event loop are two for each endpoint, and a message names both.
  expect(await waitFor("both messages", waiting)).toBe(2);
  expect(new Set(await hear("send-deliveries", 4))).toEqual(new Set(["ep_0", "ep_1"]));
});

test("what is due far ahead is left to the sweep", async () => {
  const dueAt = new Date(clock.now().getTime() + 11_000);
  await doorbell.ring([{ kind: "check-job", id: "job_far", dueAt }]);
  await doorbell.ring(rowsOf("near", 1, "check-job"));
  expect(await hear("check-job", 1)).toEqual(["near_0"]);
});
