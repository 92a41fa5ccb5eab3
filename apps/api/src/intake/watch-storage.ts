/** Storage was silent for longer than a caller is kept waiting. What it was sent may still be stored: a loose object. */
export class StorageSilentError extends Error {
  override name = "StorageSilentError";
}

export type StorageWatch = {
  /** Ends what is being sent when the patience is over. */
  signal: AbortSignal;
  /** From now on it is storage's turn. */
  start(): void;
  /** It is the caller's turn: they may take their time. */
  stop(): void;
  /** What `act` comes to, or StorageSilentError as soon as the patience is over: the SDK's own tries and time limits are not waited for. */
  within<Value>(act: Promise<Value>): Promise<Value>;
};

/** Watches how long storage keeps a caller waiting, and gives up when that is too long at a stretch. */
export function watchStorage(patienceMs: number): StorageWatch {
  const giveUp = new AbortController();
  const silent = new Promise<never>((_, reject) => {
    giveUp.signal.addEventListener("abort", () =>
      reject(new StorageSilentError("The storage did not answer in time.")),
    );
  });
  // Whoever is not within hears of it by the signal.
  silent.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  return {
    signal: giveUp.signal,
    start: () => {
      stop();
      timer = setTimeout(() => giveUp.abort(), patienceMs);
    },
    stop,
    within: (act) => Promise.race([act, silent]).finally(stop),
  };
}
