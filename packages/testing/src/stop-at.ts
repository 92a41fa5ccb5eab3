import type { Context } from "@darkroom/core/context";
import type { Dispatcher } from "undici";

/** Thrown instead of an effect once the process is to be dead. Nothing may be done after it. */
export class Stopped extends Error {
  override name = "Stopped";
}

export type StoppingContext = {
  context: Context;
  /** Effects begun, including the one that stopped it. */
  effects(): string[];
  stopped(): boolean;
};

/**
 * A context whose process ends at its `nth` effect (1 is the first): `before` it happens, or `after` it happened but before anyone
 * heard of it. An effect is any statement, HTTP request, S3 call or ring. Every later effect fails too: the process is gone.
 */
export function stopAt(context: Context, nth: number, moment: "before" | "after"): StoppingContext {
  const { effect, effects, stopped } = countEffects(nth, moment);
  return {
    effects,
    stopped,
    context: {
      ...context,
      db: guardDatabase(context.db, effect),
      storage: { ...context.storage, client: guardCalls(context.storage.client, "s3", ["send"], effect) },
      doorbell: guardCalls(context.doorbell, "doorbell", ["ring"], effect),
      fal: { ...context.fal, agent: guardAgent(context.fal.agent, "fal", effect) },
      egress: { ...context.egress, agent: guardAgent(context.egress.agent, "customer", effect) },
    },
  };
}

/** The same for who has a database and nothing else. */
export function stopDatabaseAt(db: Context["db"], nth: number, moment: "before" | "after"): Context["db"] {
  return guardDatabase(db, countEffects(nth, moment).effect);
}

function countEffects(nth: number, moment: "before" | "after") {
  const begun: string[] = [];
  let dead = false;
  const effect: Effect = async (name, act) => {
    if (dead) throw new Stopped(`dead before ${name}`);
    begun.push(name);
    if (begun.length < nth) return act();
    dead = true;
    if (moment === "after") await act();
    throw new Stopped(`${moment} ${name}`);
  };
  return { effect, effects: () => begun, stopped: () => dead };
}

type Effect = <Value>(name: string, act: () => Promise<Value> | Value) => Promise<Value>;

/** Guards some methods of an object, or every one; all else passes through. */
function guardCalls<Target extends object>(
  target: Target,
  name: string,
  methods: string[] | "all",
  effect: Effect,
): Target {
  return new Proxy(target, {
    get(object, key) {
      const value: unknown = Reflect.get(object, key);
      if (typeof value !== "function") return value;
      const call = (...given: unknown[]) => Reflect.apply(value, object, given);
      return methods === "all" || methods.includes(String(key))
        ? (...given: unknown[]) => effect(`${name}.${String(key)}`, () => call(...given))
        : call;
    },
  });
}

const statements = ["$queryRaw", "$executeRaw", "$transaction", "$transact"];

/** Statements of the client itself, and every method of its models. A transaction is one effect: it happens or it does not. */
function guardDatabase(db: Context["db"], effect: Effect): Context["db"] {
  return new Proxy(db, {
    get(client, key) {
      const value: unknown = Reflect.get(client, key);
      if (statements.includes(String(key))) {
        return (...given: unknown[]) =>
          effect(`db.${String(key)}`, () => Reflect.apply(value as () => Promise<unknown>, client, given));
      }
      const isModel = typeof value === "object" && value !== null && "findMany" in value;
      return isModel ? guardCalls(value, `db.${String(key)}`, "all", effect) : value;
    },
  });
}

/** HTTP to others: stops before the request leaves, or after its answer came but before it is told. */
function guardAgent(agent: Context["fal"]["agent"], whose: string, effect: Effect): Context["fal"]["agent"] {
  const stopping: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
    const told: (() => void)[] = [];
    const act = () =>
      new Promise<void>((resolve, reject) => {
        dispatch(options, {
          onRequestStart: (...given) => handler.onRequestStart?.(...given),
          onResponseStart: (...given) => void told.push(() => handler.onResponseStart?.(...given)),
          onResponseData: (...given) => void told.push(() => handler.onResponseData?.(...given)),
          onResponseEnd: (...given) => {
            told.push(() => handler.onResponseEnd?.(...given));
            resolve();
          },
          onResponseError: (_controller, error) => reject(error),
        });
      });
    effect(`${whose} ${options.method} ${String(options.path).split("?")[0]}`, act).then(
      () => {
        for (const tell of told) tell();
      },
      (error: Error) => handler.onResponseError?.(undefined as never, error),
    );
    return true;
  };
  return new Proxy(agent, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (key === "compose") {
        return (...given: Dispatcher.DispatcherComposeInterceptor[]) => target.compose(stopping, ...given);
      }
      if (key === "dispatch") return target.compose(stopping).dispatch;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
