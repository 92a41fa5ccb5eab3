/** Preloaded (`node --import shift-clock.mjs?ms=5000`) into one process: its clock is wrong by so much. Timers, which count time, stay right. */
const skewMs = Number(new URL(import.meta.url).searchParams.get("ms"));
const RightDate = Date;
const now = () => RightDate.now() + skewMs;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RightDate(now()).toString(),
  get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
});
