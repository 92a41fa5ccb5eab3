import type { AdminJobItem } from "@darkroom/contract/admin/jobs";
import type { Now } from "@darkroom/contract/admin/overview";
import { type StreamEvent, type StreamEventName, streamEventSchemas } from "@darkroom/contract/admin/stream";
import { useEffect, useSyncExternalStore } from "react";

/** connecting: not yet, or again; live: told of everything; down: silent for too long. */
export type LinkState = "connecting" | "live" | "down";

/** The contract's limit: comments come every 15 s, so silence for 30 s means the stream is down. `now` comes every 2 s. */
const silenceMaxMs = 30_000;
/** EventSource gives up for good when the answer is not a stream, e.g. 502 of a proxy. */
const reopenMs = 5_000;

type Listener = { [Name in StreamEventName]?: (event: StreamEvent<Name>) => void };

let source: EventSource | undefined;
let link: LinkState = "connecting";
let now: Now | undefined;
let heardAt = 0;
let timer: ReturnType<typeof setInterval> | undefined;
const watchers = new Set<() => void>();
const listeners = new Set<Listener>();

/** One stream for the whole dashboard, for as long as somebody is logged in. */
export function openLive(): () => void {
  connect();
  timer = setInterval(watch, 1_000);
  return () => {
    clearInterval(timer);
    source?.close();
    source = undefined;
    now = undefined;
    setLink("connecting");
  };
}

function connect(): void {
  source?.close();
  source = new EventSource("/admin/api/stream");
  heardAt = Date.now();
  source.onerror = () => setLink(link === "live" ? "connecting" : link);
  for (const name of Object.keys(streamEventSchemas) as StreamEventName[])
    source.addEventListener(name, (event) => receive(name, (event as MessageEvent<string>).data));
}

function watch(): void {
  const silentMs = Date.now() - heardAt;
  if (link !== "live" && silentMs > reopenMs) setLink("down");
  if (silentMs > silenceMaxMs) setLink("down");
  const isClosed = source?.readyState === EventSource.CLOSED;
  if ((isClosed && silentMs > reopenMs) || silentMs > 2 * silenceMaxMs) connect();
}

function receive(name: StreamEventName, text: string): void {
  heardAt = Date.now();
  setLink("live");
  const parsed = streamEventSchemas[name].safeParse(JSON.parse(text));
  // A newer API's event: the lists are asked for again now and then anyway.
  if (!parsed.success) return;
  if (name === "now") now = parsed.data as Now;
  for (const listener of listeners) (listener[name] as ((event: unknown) => void) | undefined)?.(parsed.data);
  if (name === "now") tell();
}

function setLink(next: LinkState): void {
  if (link === next) return;
  link = next;
  tell();
}

function tell(): void {
  for (const watcher of watchers) watcher();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useLink(): LinkState {
  return useSyncExternalStore(subscribe, () => link);
}

/** What is true at this moment, every two seconds; undefined until the first word of it. */
export function useLiveNow(): Now | undefined {
  return useSyncExternalStore(subscribe, () => now);
}

/** Hears events for as long as the component is there; `listener` must be kept (useMemo, or outside of the component). */
export function useLiveEvents(listener: Listener): void {
  useEffect(() => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, [listener]);
}

/** A changed job without what only lists carry, put over what was known of it. */
export function mergeJob(known: AdminJobItem, changed: AdminJobItem): AdminJobItem {
  return {
    ...changed,
    prompt_excerpt: changed.prompt_excerpt ?? known.prompt_excerpt,
    thumbnail_url: changed.thumbnail_url ?? known.thumbnail_url,
  };
}
