import { createRandom, type Random, seedFromText } from "../words/random.ts";
import type { FaultName, FaultParams } from "./fault-names.ts";
import type { PromptTokens } from "./parse-fault-tokens.ts";

/** Which requests a rule is about; everything left out matches. */
export interface FaultMatch {
  endpointId?: string;
  promptIncludes?: string;
  requestId?: string;
}

/** What `POST /emulator/faults` takes. */
export interface FaultOrder extends FaultParams {
  fault: FaultName;
  /** Fires at most this often; always when left out. */
  times?: number;
  /** Chance of each matching occasion, 0 to 1; 1 when left out. */
  probability?: number;
  match?: FaultMatch;
}

export interface FaultRule {
  id: number;
  fault: FaultName;
  times: number | null;
  probability: number;
  match: FaultMatch;
  params: FaultParams;
  /** Matching occasions so far, and how many of them fired. */
  seen: number;
  fired: number;
}

/** The request (or the request a file came from) that a fault may strike. */
export interface FaultSubject {
  endpointId: string;
  prompt: string;
  requestId: string;
  tokens: PromptTokens;
}

export interface FaultBook {
  seed: number;
  rules: Map<number, { rule: FaultRule; random: Random }>;
  fired: Map<FaultName, number>;
  /** How often a token with `times=` has fired, by prompt and fault. */
  tokenCounts: Map<string, number>;
  ordinal: number;
}

/** Prompts with counted tokens come from tests: thousands, not millions. */
const TOKEN_COUNTS_MAX = 50_000;

export function createFaultBook(seed: number): FaultBook {
  return { seed, rules: new Map(), fired: new Map(), tokenCounts: new Map(), ordinal: 0 };
}

/** Each rule draws from its own generator: its k-th occasion falls the same in every run, whatever other rules do. */
export function addFault(book: FaultBook, order: FaultOrder): FaultRule {
  const { fault, times, probability, match, ...params } = order;
  book.ordinal += 1;
  const rule: FaultRule = {
    id: book.ordinal,
    fault,
    times: times ?? null,
    probability: probability ?? 1,
    match: match ?? {},
    params,
    seen: 0,
    fired: 0,
  };
  book.rules.set(rule.id, { rule, random: createRandom(seedFromText(`${book.seed}:${fault}:${rule.id}`)) });
  return rule;
}

export function clearFaults(book: FaultBook): void {
  book.rules.clear();
  book.fired.clear();
  book.tokenCounts.clear();
  book.ordinal = 0;
}

/** Decides whether a fault strikes now; the answer is its parameters. */
export function takeFault(book: FaultBook, fault: FaultName, subject: FaultSubject): FaultParams | undefined {
  const params = takeToken(book, fault, subject) ?? takeRule(book, fault, subject);
  if (params) book.fired.set(fault, (book.fired.get(fault) ?? 0) + 1);
  return params;
}

function takeToken(book: FaultBook, fault: FaultName, subject: FaultSubject): FaultParams | undefined {
  const token = subject.tokens.faults.find((candidate) => candidate.fault === fault);
  if (!token) return undefined;
  if (token.times === Number.POSITIVE_INFINITY) return token.params;
  const key = `${fault} ${subject.prompt}`;
  const count = book.tokenCounts.get(key) ?? 0;
  if (count >= token.times) return undefined;
  if (book.tokenCounts.size >= TOKEN_COUNTS_MAX) book.tokenCounts.clear();
  book.tokenCounts.set(key, count + 1);
  return token.params;
}

function takeRule(book: FaultBook, fault: FaultName, subject: FaultSubject): FaultParams | undefined {
  for (const { rule, random } of book.rules.values()) {
    if (rule.fault !== fault || (rule.times !== null && rule.fired >= rule.times)) continue;
    if (!matches(rule.match, subject)) continue;
    rule.seen += 1;
    if (rule.probability < 1 && random.next() >= rule.probability) continue;
    rule.fired += 1;
    return rule.params;
  }
  return undefined;
}

function matches(match: FaultMatch, subject: FaultSubject): boolean {
  if (match.endpointId !== undefined && match.endpointId !== subject.endpointId) return false;
  if (match.requestId !== undefined && match.requestId !== subject.requestId) return false;
  return match.promptIncludes === undefined || subject.prompt.includes(match.promptIncludes);
}
