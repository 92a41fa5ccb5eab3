/** What a handler may ask of the process it runs in. */
export type Hands = {
  /**
   * Submits attempts from this process, as far as it has hands free: they need no way through the queue. Answers the others, for whom
   * somebody is to be rung.
   */
  submitHere(attemptIds: readonly string[]): readonly string[];
  /** For work that costs much time of the process: begun when nothing more urgent is in hand. */
  whenFree<Value>(work: () => Promise<Value>): Promise<Value>;
};

/** Of a process that does nothing else. */
export const restingHands: Hands = { submitHere: (attemptIds) => attemptIds, whenFree: (work) => work() };
