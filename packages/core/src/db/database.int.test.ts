import { createServer, type Server, type Socket } from "node:net";
import { cloneDatabase } from "@darkroom/testing/clone-database";
import { waitFor } from "@darkroom/testing/wait-for";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { type Database, isDatabaseUnavailable, openDatabase, query, sql } from "./database.ts";

const database = await cloneDatabase();
const admin = new pg.Client(database.url);
await admin.connect();
const opened: { $disconnect(): Promise<void> }[] = [];
afterAll(async () => {
  await Promise.all(opened.map((db) => db.$disconnect()));
  await admin.end();
  await database.drop();
});

function open(url: string, applicationName = "test"): Database {
  const db = openDatabase({ url, poolMax: 1, applicationName });
  opened.push(db);
  return db;
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

/** A server on which nothing is Postgres. */
async function serve(onConnection: (socket: Socket) => void): Promise<{ server: Server; url: string }> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `postgres://a:b@127.0.0.1:${(server.address() as { port: number }).port}/none` };
}

describe("a database that is away is told from a statement that is wrong", () => {
  test("when nobody listens, for raw statements, models and transactions", async () => {
    const db = open("postgres://a:b@127.0.0.1:1/none");
    const works = [() => query(db, sql`select 1`), () => db.job.count(), () => db.$transaction((tx) => tx.job.count())];
    for (const work of works) expect(isDatabaseUnavailable(await failureOf(work()))).toBe(true);
  });

  test.each([
    ["resets", (socket: Socket) => void socket.resetAndDestroy()],
    ["hangs up", (socket: Socket) => void socket.end()],
  ])("when the other side %s", async (_name, act) => {
    const { server, url } = await serve(act);
    expect(isDatabaseUnavailable(await failureOf(query(open(url), sql`select 1`)))).toBe(true);
    server.close();
  });

  test("when the server shuts down in the middle of a statement, and of a transaction", async () => {
    const db = open(database.url, "victim");
    const statement = failureOf(query(db, sql`select 1 from pg_sleep(60)`));
    await kill("active");
    expect(isDatabaseUnavailable(await statement)).toBe(true);
    const transaction = failureOf(
      db.$transaction(async (tx) => {
        await tx.job.count();
        await kill("idle in transaction");
        await tx.job.count();
      }),
    );
    expect(isDatabaseUnavailable(await transaction)).toBe(true);
    expect(await query(db, sql`select 1 as one`)).toEqual([{ one: 1 }]);
  });

  test("and not when the statement is wrong", async () => {
    const db = open(database.url);
    for (const work of [query(db, sql`select nonsense`), db.job.findUniqueOrThrow({ where: { id: "none" } })]) {
      expect(isDatabaseUnavailable(await failureOf(work))).toBe(false);
    }
    for (const error of [new Error("no"), undefined, null, "text", { code: 5 }]) {
      expect(isDatabaseUnavailable(error)).toBe(false);
    }
  });

  async function kill(state: string): Promise<void> {
    await waitFor("the connection to be killed", async () => {
      const { rowCount } = await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim' and state = $1",
        [state],
      );
      return (rowCount ?? 0) > 0;
    });
  }
});
