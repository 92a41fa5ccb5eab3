/** Where "now" comes from. Handlers and routes ask it once and pass the answer down; tests pass a clock they own. */
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };
