import { openTap } from "./open-tap.ts";
import { readMessages } from "./read-messages.ts";

export type PostgresCounts = {
  statements: number;
  /** How often the client has to wait for an answer: once per Sync or simple query. */
  roundTrips: number;
  texts: Map<string, number>;
};

export type PostgresCounter = { port: number; take(): PostgresCounts; close(): void };

/** Counts what goes to Postgres by this way. `take` answers the counts since it was last called. */
export async function countPostgres(serverPort: number): Promise<PostgresCounter> {
  let counts = none();
  const tap = await openTap(serverPort, () => watchClient(() => counts));
  return {
    port: tap.port,
    close: tap.close,
    take: () => {
      const taken = counts;
      counts = none();
      return taken;
    },
  };
}

function none(): PostgresCounts {
  return { statements: 0, roundTrips: 0, texts: new Map() };
}

/** Extended query protocol: Parse names a text, Bind uses it, Execute runs it, Sync waits. `Q` is all of that at once. */
function watchClient(current: () => PostgresCounts): (piece: Buffer) => void {
  const prepared = new Map<string, string>();
  return readMessages((type, body) => {
    if (type === "P") prepared.set(textAt(body, 0), textAt(body, 1));
    if (type === "B") note(current(), prepared.get(textAt(body, 1)) ?? "?");
    if (type === "Q") note(current(), textAt(body, 0));
    if (type === "S" || type === "Q") current().roundTrips += 1;
  });
}

function note(counts: PostgresCounts, text: string): void {
  counts.statements += 1;
  const key = text.replace(/\s+/g, " ").trim();
  counts.texts.set(key, (counts.texts.get(key) ?? 0) + 1);
}

/** The nth zero-ended text of a message. */
function textAt(body: Buffer, index: number): string {
  let start = 0;
  for (let skipped = 0; skipped < index; skipped += 1) start = body.indexOf(0, start) + 1;
  return body.toString("utf8", start, body.indexOf(0, start));
}
