import { manualClock } from "@darkroom/testing/manual-clock";
import { openTestContext } from "@darkroom/testing/open-test-context";
import { startReceiver } from "@darkroom/testing/start-receiver";
import { afterAll, expect, test } from "vitest";
import { query, sql } from "./db/database.ts";
import { adoptObjects } from "./loose-objects/adopt-objects.ts";
import { announceObjects } from "./loose-objects/announce-objects.ts";
import { loosenObjects } from "./loose-objects/loosen-objects.ts";
import { takeLooseObjects } from "./loose-objects/take-loose-objects.ts";
import { headObject } from "./storage/head-object.ts";
import { putObject } from "./storage/put-object.ts";
import { createStorage } from "./storage/s3.ts";
import { sweepObjects } from "./sweep-objects.ts";

const clock = manualClock(new Date("2026-11-20T10:00:00Z"));
const context = await openTestContext({ clock });
afterAll(() => context.close());

const hourMs = 3_600_000;
let count = 0;

/** An object that was announced and is there. */
async function announced(): Promise<string> {
  count += 1;
  const key = `tenants/ten_a/files/file_${count}.png`;
  await announceObjects(context.db, [key], clock.now());
  await putObject(context.storage, { key, bytes: new Uint8Array([count]), contentType: "image/png" });
  return key;
}
const outcomeOf = async (key: string) => (await headObject(context.storage, { key })).outcome;
const rows = () => query<{ key: string }>(context.db, sql`select key from loose_objects`);

test("what no row names in time is deleted; what one names is kept", async () => {
  const [unused, used] = [await announced(), await announced()];
  await adoptObjects(context.db, [used]);
  clock.advance(hourMs - 1_000);
  expect(await sweepObjects(context)).toBe(0);
  clock.advance(1_000);
  expect(await sweepObjects(context)).toBe(1);
  expect([await outcomeOf(unused), await outcomeOf(used)]).toEqual(["missing", "found"]);
  expect(await rows()).toEqual([]);
});

test("what is known not to be needed is deleted at once", async () => {
  const key = await announced();
  await loosenObjects(context.db, [key], clock.now());
  expect(await sweepObjects(context)).toBe(1);
  expect(await outcomeOf(key)).toBe("missing");
});

test("an object that is being deleted can not be named any more: whoever tries fails as a whole", async () => {
  const [late, other] = [await announced(), await announced()];
  await loosenObjects(context.db, [late], clock.now());
  await takeLooseObjects(context.db, { max: 10, now: clock.now() });
  await expect(context.db.$transaction((tx) => adoptObjects(tx, [late, other]))).rejects.toThrow("taken away");
  expect((await rows()).map(({ key }) => key).sort()).toEqual([late, other].sort());
  await adoptObjects(context.db, [other]);
  clock.advance(120_000);
  await sweepObjects(context);
});

test("two who sweep at the same time share the work; while storage is away it is kept", async () => {
  const keys = await Promise.all(Array.from({ length: 80 }, announced));
  await loosenObjects(context.db, keys, clock.now());
  const away = await startReceiver();
  away.answer({ status: 403 });
  const storage = createStorage({ ...context.env, S3_ENDPOINT: away.url });
  await expect(sweepObjects({ ...context, storage })).rejects.toThrow();
  storage.client.destroy();
  await away.close();
  expect(await sweepObjects(context)).toBe(30);
  clock.advance(120_000);
  const swept = await Promise.all([sweepObjects(context), sweepObjects(context)]);
  expect(swept[0] + swept[1]).toBe(50);
  expect(await rows()).toEqual([]);
});
