import { type FaultName, type FaultParams, isFaultName } from "./fault-names.ts";

/** One `[[fault:name ms=500 times=2]]` found in a prompt. */
export interface FaultToken {
  fault: FaultName;
  times: number;
  params: FaultParams;
}

export interface PromptTokens {
  faults: FaultToken[];
  generationMs: number | null;
}

const NO_TOKENS: PromptTokens = { faults: [], generationMs: null };
const TOKEN = /\[\[(fault|generation):([a-z0-9_]+)((?: [a-zA-Z]+=\d+)*)\]\]/g;

/** Reads the faults a prompt asks for. Without `times=` a token fires every time the prompt is seen. */
export function parseFaultTokens(prompt: string): PromptTokens {
  if (!prompt.includes("[[")) return NO_TOKENS;
  const tokens: PromptTokens = { faults: [], generationMs: null };
  for (const [, kind, name = "", rest = ""] of prompt.matchAll(TOKEN)) {
    if (kind === "generation") tokens.generationMs = Number(name) || 0;
    else if (isFaultName(name)) tokens.faults.push(readToken(name, rest));
  }
  return tokens;
}

function readToken(fault: FaultName, rest: string): FaultToken {
  const { times, ...params } = Object.fromEntries(
    rest
      .split(" ")
      .filter(Boolean)
      .map((pair) => pair.split("="))
      .map(([name, value]) => [name, Number(value)]),
  ) as FaultParams & { times?: number };
  return { fault, times: times ?? Number.POSITIVE_INFINITY, params };
}
