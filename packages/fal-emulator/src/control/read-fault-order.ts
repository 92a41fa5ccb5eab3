import type { FaultMatch, FaultOrder } from "../faults/fault-book.ts";
import { isFaultName } from "../faults/fault-names.ts";

type Reading = { outcome: "read"; order: FaultOrder } | { outcome: "refused"; detail: string };

const NUMBERS = ["times", "probability", "ms", "retryAfterSeconds", "failures"];
const MATCHES = ["endpointId", "promptIncludes", "requestId"];

/** Checks the body of `POST /emulator/faults`; anything unknown is refused, so that a typing error in a test is seen. */
export function readFaultOrder(body: unknown): Reading {
  if (typeof body !== "object" || body === null) return refuse("Send a JSON object with `fault`");
  const { fault, match = {}, ...numbers } = body as Record<string, unknown>;
  if (typeof fault !== "string" || !isFaultName(fault)) return refuse(`Unknown fault "${String(fault)}"`);
  if (typeof match !== "object" || match === null) return refuse("`match` must be an object");
  const isNumber = (value: unknown) => typeof value === "number" && value >= 0;
  const isText = (value: unknown) => typeof value === "string";
  const wrong = findWrong(numbers, NUMBERS, isNumber) ?? findWrong(match, MATCHES, isText);
  if (wrong) return refuse(`Unknown parameter or bad value: "${wrong}"`);
  return { outcome: "read", order: { fault, match: match as FaultMatch, ...numbers } };
}

function findWrong(given: object, known: string[], fits: (value: unknown) => boolean): string | undefined {
  return Object.entries(given).find(([name, value]) => !known.includes(name) || !fits(value))?.[0];
}

function refuse(detail: string): Reading {
  return { outcome: "refused", detail };
}
