import type { Answer } from "@darkroom/testing/start-receiver";
import { createRandom, type Random } from "../plan/random.ts";
import type { Temper } from "./plan-endpoints.ts";

/** A receiver's answer, and what it is counted as. */
export type Whim = { name: string; answer: Answer };

const well: Whim = { name: "ok", answer: { status: 200 } };
/** Beyond DELIVERY_TIMEOUT_MS of the suite, so that whoever sent it has given it up. */
export const lateMs = 2_500;
/** Events that a server takes before it is gone. */
const goneAfter = 5;

/** Decides what a customer's server does with each request in turn; repeatable by seed, but for who comes first. */
export function moodOf(temper: Temper, options: { seed: number; path: string }): (isHealed: boolean) => Whim {
  const random = createRandom(options.seed, `customer ${options.path}`);
  let requests = 0;
  return (isHealed) => {
    requests += 1;
    if (temper === "gone") return requests > goneAfter ? { name: "gone", answer: { status: 410 } } : well;
    if (isHealed || temper === "steady") return well;
    return temper === "late" ? drawLate(random) : drawMoody(random);
  };
}

function drawLate(random: Random): Whim {
  if (!random.chance(0.04)) return well;
  return { name: "late", answer: { status: 200, when: new Promise((resolve) => setTimeout(resolve, lateMs)) } };
}

function drawMoody(random: Random): Whim {
  const name = random.weighted({ ok: 78, error_500: 8, reset: 6, redirect: 2, too_many: 2, hang: 2, drip: 2 });
  switch (name) {
    case "ok":
      return well;
    case "error_500":
      return { name, answer: { status: 500, body: "try again" } };
    case "reset":
      return { name, answer: { reset: true } };
    case "redirect":
      return { name, answer: { redirectTo: "http://127.0.0.1:1/elsewhere" } };
    case "too_many":
      return { name, answer: { status: 429, headers: { "retry-after": "1" } } };
    case "hang":
      return { name, answer: { hang: true } };
    case "drip":
      return { name, answer: { drip: true } };
  }
}
