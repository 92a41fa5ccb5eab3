import type { ProblemCode } from "@darkroom/contract/problems";
import type { Route } from "../route.ts";

/** Every refusal a route may answer: its own, and those of what happens before its handler. */
export function problemsOf(route: Route): ProblemCode[] {
  const checked = route.params ?? route.query ?? route.headers ?? route.body;
  const byRules: (readonly [boolean, readonly ProblemCode[]])[] = [
    [route.body?.kind === "json", ["malformed_request", "unsupported_media_type", "body_too_large"]],
    [
      route.access !== "public",
      ["missing_api_key", "invalid_api_key", "insufficient_scope", "rate_limited", "too_many_at_once"],
    ],
    [route.access !== "public" && checked !== undefined, ["invalid_input"]],
    [route.tag !== "Operations", ["unavailable"]],
    [true, ["internal"]],
  ];
  const general = byRules.flatMap(([applies, codes]) => (applies ? codes : []));
  return [...new Set([...(route.problems ?? []), ...general])];
}
