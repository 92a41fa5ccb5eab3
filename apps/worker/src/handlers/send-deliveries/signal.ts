/** Wakes the one loop that sends to an endpoint. */
export type Signal = {
  /** Somebody rang for the endpoint. */
  more: boolean;
  fire(): void;
  /** Resolves once it was fired since the last time. */
  heard(): Promise<void>;
};

/**
 * Heard after everything that happened in the same turn of the event loop: what ended together is answered together, and what is
 * begun together finds its receiver awake, which is most of what a small request costs.
 */
export function createSignal(): Signal {
  let wake = () => {};
  let isFired = false;
  let fired = Promise.resolve();
  const arm = () => {
    isFired = false;
    fired = new Promise((resolve) => {
      wake = resolve;
    });
  };
  arm();
  return {
    more: false,
    fire: () => {
      if (!isFired) setImmediate(wake);
      isFired = true;
    },
    heard: () => fired.then(arm),
  };
}
