import { expect, it } from "vitest";
import { createRandom } from "../words/random.ts";
import type { FalRequest } from "./request.ts";
import { createRunQueue, enqueue, positionOf, removeWaiting, takeNext, waitingCount } from "./run-queue.ts";

/** The queue reads nothing of a request but its priority. */
function waiting(priority: "normal" | "low"): FalRequest {
  return { priority, laneIndex: -1 } as FalRequest;
}

it("agrees with a plain sorted list through thousands of random steps", () => {
  const random = createRandom(1);
  const queue = createRunQueue();
  let plain: FalRequest[] = [];
  const order = () => [
    ...plain.filter(({ priority }) => priority === "normal"),
    ...plain.filter(({ priority }) => priority === "low"),
  ];
  for (let step = 0; step < 20_000; step += 1) {
    const dice = random.next();
    if (dice < 0.5) {
      const request = waiting(random.next() < 0.3 ? "low" : "normal");
      enqueue(queue, request);
      plain.push(request);
    } else if (dice < 0.85) {
      const expected = order()[0];
      expect(takeNext(queue)).toBe(expected);
      plain = plain.filter((request) => request !== expected);
    } else if (plain.length > 0) {
      const victim = plain[random.integer(plain.length)] as FalRequest;
      removeWaiting(queue, victim);
      plain = plain.filter((request) => request !== victim);
    }
    const probe = plain[random.integer(plain.length)];
    if (probe) expect(positionOf(queue, probe)).toBe(order().indexOf(probe));
    expect(waitingCount(queue)).toBe(plain.length);
  }
});
