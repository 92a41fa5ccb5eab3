const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const dayMs = 24 * hour;

/** Two units at most: "820 ms", "3.2 s", "4 min 10 s", "2 h 5 min", "3 d 4 h". */
export function formatDuration(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / second).toFixed(1)} s`;
  if (ms < minute) return `${Math.round(Math.min(ms, minute - second) / second)} s`;
  if (ms < hour) return twoUnits(ms, minute, "min", second, "s");
  if (ms < dayMs) return twoUnits(ms, hour, "h", minute, "min");
  return twoUnits(ms, dayMs, "d", hour, "h");
}

function twoUnits(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const bigs = Math.floor(ms / big);
  const smalls = Math.floor((ms - bigs * big) / small);
  return smalls === 0 ? `${bigs} ${bigName}` : `${bigs} ${bigName} ${smalls} ${smallName}`;
}

/** One unit: "12 s ago", "3 min ago", "in 5 min"; "just now" within a second or two, which also hides clocks that differ. */
export function formatAgo(at: string, now: number): string {
  const ms = now - Date.parse(at);
  if (Math.abs(ms) < 2 * second) return "just now";
  const text = oneUnit(Math.abs(ms));
  return ms > 0 ? `${text} ago` : `in ${text}`;
}

function oneUnit(ms: number): string {
  if (ms < minute) return `${Math.floor(ms / second)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  if (ms < 2 * dayMs) return `${Math.floor(ms / hour)} h`;
  return `${Math.floor(ms / dayMs)} d`;
}

/** Local time to the millisecond, with its zone. */
export function formatExact(at: string): string {
  const date = new Date(at);
  const offset = new Intl.DateTimeFormat("en-GB", { timeZoneName: "shortOffset" })
    .formatToParts(date)
    .find(({ type }) => type === "timeZoneName")?.value;
  return `${localDay(date)} ${localClock(date)}.${pad(date.getMilliseconds(), 3)} ${offset ?? ""}`.trim();
}

function localDay(date: Date): string {
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

function localClock(date: Date): string {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

function pad(value: number, digits = 2): string {
  return String(value).padStart(digits, "0");
}

/** "14:03:21", with the day where that is another. */
export function formatClock(at: string, today: Date): string {
  const date = new Date(at);
  const day = localDay(date);
  return day === localDay(today) ? localClock(date) : `${day} ${localClock(date)}`;
}

/** For axes of a time series: the clock, and the day where the steps are long. */
export function formatTick(at: string, withDay: boolean): string {
  const date = new Date(at);
  const clock = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  return withDay ? `${date.toLocaleDateString("en-GB", { weekday: "short", day: "numeric" })} ${clock}` : clock;
}

/** "20 Nov" of a UTC day. */
export function formatDay(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}
