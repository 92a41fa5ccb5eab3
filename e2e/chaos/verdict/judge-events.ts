import type { Heard, RegisteredEndpoint } from "../customers/start-customers.ts";
import type { Records } from "../records/gather-records.ts";
import { groupBy, type Indexed } from "./index-records.ts";
import type { Violation } from "./violation.ts";

type EventRow = Records["database"]["events"][number];

/** What must have been told against what customers' servers really got: every ending once in the books, and at least once at each address. */
export function judgeEvents(records: Records, indexed: Indexed): Violation[] {
  return [
    ...endingsWithoutEvent(indexed),
    ...batchesWithoutEvent(records),
    ...untold(records),
    ...falselyTold(records),
    ...outOfOrder(records),
  ];
}

/** Accepted more than once by the same address: allowed, and counted. */
export function countDuplicates({ customers }: Records): number {
  const accepted = customers.heard.filter(isAccepted);
  return accepted.length - new Set(accepted.map(({ eventId, path }) => `${path} ${eventId}`)).size;
}

/** Undelivered after the last attempt, and said to be so: what promise 5 allows. */
export function listExhausted({ database }: Records): string[] {
  return database.deliveries.filter(({ state }) => state === "exhausted").map(({ id }) => id);
}

/** A 2xx, whether or not it came in time. */
const acceptedNames = new Set(["ok", "late", "drip"]);
const isAccepted = ({ answered, refusal }: Heard) => refusal === null && acceptedNames.has(answered);

function endingsWithoutEvent({ cases }: Indexed): Violation[] {
  return cases.flatMap(({ job, rounds, events }) => {
    const endings = rounds.flatMap((round) => round.endings.map(({ to }) => `job.${to}`));
    if (sameItems(endings, events)) return [];
    return [violation("endings and events do not agree", job.id, { endings, events })];
  });
}

function batchesWithoutEvent({ database }: Records): Violation[] {
  const told = new Set(
    database.events.filter(({ type }) => type === "batch.completed").map(({ subjectId }) => subjectId),
  );
  const withJobs = new Set(database.jobs.map(({ batchId }) => batchId));
  const silent = database.batches.filter(({ id, open }) => open === 0 && withJobs.has(id) && !told.has(id));
  return silent.map((batch) => violation("a batch has ended, and no event says so", null, batch));
}

/** Every event at every address that wants it: accepted there, or its delivery is listed as exhausted. */
function untold(records: Records): Violation[] {
  const { customers, database } = records;
  const accepted = new Set(customers.heard.filter(isAccepted).map(({ eventId, path }) => `${path} ${eventId}`));
  const deliveries = groupBy(database.deliveries, ({ eventId }) => eventId);
  const pathsOf = openAddressBook(records);
  return database.events.flatMap((event) =>
    pathsOf(event).flatMap((path): Violation[] => {
      if (accepted.has(`${path} ${event.id}`)) return [];
      const rows = (deliveries.get(event.id) ?? []).filter(({ endpointId, url }) =>
        isTo({ endpointId, url }, path, records),
      );
      if (rows.length > 0 && rows.every(({ state }) => state === "exhausted")) return [];
      const heard = customers.heard.filter(({ eventId, path: at }) => eventId === event.id && at === path);
      return [violation("a customer was not told of an event", event.jobId, { event, path, deliveries: rows, heard })];
    }),
  );
}

function isTo({ endpointId, url }: { endpointId: string; url: string | null }, path: string, { customers }: Records) {
  if (url) return new URL(url).pathname === path;
  return customers.registered.some((endpoint) => endpoint.id === endpointId && endpoint.path === path);
}

/** Which addresses an event has to reach. One that says that it is gone is owed nothing. */
function openAddressBook({ customers, database }: Records): (event: EventRow) => string[] {
  const tenants = new Map(database.endpoints.map(({ id, tenantId }) => [id, tenantId]));
  const ownUrls = new Map(database.jobs.map(({ id, webhookUrl }) => [id, webhookUrl]));
  const owed = customers.registered.filter(({ temper }) => temper !== "gone");
  return (event) => {
    const own = event.jobId && event.type !== "job.started" ? ownUrls.get(event.jobId) : null;
    const registered = owed.filter(
      (endpoint) => tenants.get(endpoint.id) === event.tenantId && wants(endpoint, event.type),
    );
    return [...registered.map(({ path }) => path), ...(own ? [new URL(own).pathname] : [])];
  };
}

function wants({ events }: RegisteredEndpoint, type: string): boolean {
  return events.length === 0 ? type !== "job.started" : (events as string[]).includes(type);
}

/** What a customer got and should not have got: unsigned, of no event, about something else, or in other words than another time. */
function falselyTold({ customers, database }: Records): Violation[] {
  const events = new Map(database.events.map((event) => [event.id, event]));
  const bodies = new Map<string, string>();
  return customers.heard.flatMap((heard): Violation[] => {
    const event = events.get(heard.eventId);
    const known = bodies.get(heard.eventId) ?? heard.bodySha256;
    bodies.set(heard.eventId, known);
    const jobId = event?.jobId ?? null;
    if (heard.refusal !== null)
      return [violation("a customer was sent what the published verifier refuses", jobId, heard)];
    if (!event) return [violation("a customer was told of an event that there is not", null, heard)];
    const isSame = event.type === heard.type && event.subjectId === heard.subjectId;
    if (!isSame) return [violation("a customer was told something else than the event says", jobId, { heard, event })];
    return known === heard.bodySha256 ? [] : [violation("one event was told in two ways", jobId, heard)];
  });
}

/** An endpoint that wants a job's events in order accepts none before the one that came before it. */
function outOfOrder({ customers, database }: Records): Violation[] {
  const jobs = new Map(database.events.map(({ id, jobId }) => [id, jobId]));
  return customers.registered
    .filter(({ fifo }) => fifo === "job")
    .flatMap((endpoint) => {
      const rows = database.deliveries.filter(({ endpointId }) => endpointId === endpoint.id);
      const lines = groupBy(rows, ({ eventId }) => jobs.get(eventId) ?? undefined);
      const firsts = firstAccepted(customers.heard.filter(({ path }) => path === endpoint.path));
      return [...lines].flatMap(([jobId, line]) => {
        const places = line.flatMap(({ eventId }) => firsts.get(eventId) ?? []);
        const isSorted = places.every((place, index) => index === 0 || place > (places[index - 1] as number));
        return isSorted
          ? []
          : [violation("a job's events were told out of order", jobId, { path: endpoint.path, line })];
      });
    });
}

function firstAccepted(heard: readonly Heard[]): Map<string, number> {
  const firsts = new Map<string, number>();
  for (const [place, each] of heard.entries()) {
    if (isAccepted(each) && !firsts.has(each.eventId)) firsts.set(each.eventId, place);
  }
  return firsts;
}

function sameItems(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join();
}

function violation(what: string, jobId: string | null, detail: Record<string, unknown>): Violation {
  return { rule: "events_undelivered", what, jobId, detail };
}
