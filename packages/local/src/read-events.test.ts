import { expect, test } from "vitest";
import { readEvents } from "./read-events.ts";

async function eventsOf(...pieces: string[]): Promise<string[]> {
  const body = new Blob(pieces).stream() as ReadableStream<Uint8Array>;
  const events: string[] = [];
  for await (const data of readEvents(body)) events.push(data);
  return events;
}

test("gives the data of each event, without comments and other fields", async () => {
  const text = ': ping\n\nid: 1\nevent: job.queued\ndata: {"a":1}\n\ndata: {\ndata: }\n\n';
  expect(await eventsOf(text)).toEqual(['{"a":1}', "{\n}"]);
});

test("events may be torn anywhere, and lines may end in CRLF", async () => {
  expect(await eventsOf("data: o", "ne\r\n\r\nda", "ta:two\n", "\n")).toEqual(["one", "two"]);
});

test("an unfinished event at the end is none", async () => {
  expect(await eventsOf("data: one\n\ndata: tw")).toEqual(["one"]);
});
