import type { FalRequest } from "./request.ts";

/** All requests the emulator still knows, in order of arrival. Bounded: the oldest completed ones are forgotten. */
export interface RequestHistory {
  byId: Map<string, FalRequest>;
  /** In order of arrival; forgotten ones are skipped by readers and cleaned away now and then. */
  arrivals: FalRequest[];
  completed: FalRequest[];
  completedHead: number;
  historyMax: number;
}

export function createRequestHistory(historyMax: number): RequestHistory {
  return { byId: new Map(), arrivals: [], completed: [], completedHead: 0, historyMax };
}

export function rememberRequest(history: RequestHistory, request: FalRequest): void {
  history.byId.set(request.id, request);
  history.arrivals.push(request);
}

/** Only completed requests may be forgotten: a waiting one is still owed a result. */
export function rememberCompleted(history: RequestHistory, request: FalRequest): void {
  history.completed.push(request);
  while (history.completed.length - history.completedHead > history.historyMax) {
    const oldest = history.completed[history.completedHead];
    history.completedHead += 1;
    if (oldest) history.byId.delete(oldest.id);
  }
  if (history.completedHead > history.historyMax + 1_000) clean(history);
}

function clean(history: RequestHistory): void {
  history.completed.splice(0, history.completedHead);
  history.completedHead = 0;
  history.arrivals = history.arrivals.filter((request) => history.byId.has(request.id));
}

export function forgetAll(history: RequestHistory): void {
  history.byId.clear();
  history.arrivals = [];
  history.completed = [];
  history.completedHead = 0;
}
