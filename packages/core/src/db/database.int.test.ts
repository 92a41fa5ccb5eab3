import { connect, createServer, type Server, type Socket } from "node:net";
import { cloneDatabase } from "@darkroom/testing/clone-database";
import { waitFor } from "@darkroom/testing/wait-for";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { type Database, isDatabaseUnavailable, openDatabase, plannedAnew, query, sql, wasRefused } from "./database.ts";

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

/** A way to Postgres on which, while it is closed, answers get lost; and which breaks when `breakAt` is said. */
async function startGate(url: string, breakAt?: string) {
  const { hostname, port } = new URL(url);
  let isOpen = true;
  const sockets = new Set<Socket>();
  const { server, url: own } = await serve((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => {}));
    client
      .on("close", () => upstream.destroy())
      .on("data", (bytes) => {
        if (breakAt && bytes.includes(breakAt)) client.resetAndDestroy();
        else upstream.write(bytes);
      });
    upstream.on("data", (bytes) => isOpen && client.write(bytes)).on("close", () => client.destroy());
  });
  const through = new URL(url);
  through.port = new URL(own).port;
  return {
    url: through.href,
    open: () => {
      isOpen = true;
    },
    close: () => {
      isOpen = false;
    },
    stop: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
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

  test("when it takes a statement and never answers: a connection that was silent is not used again", async () => {
    const gate = await startGate(database.url);
    const db = openDatabase({ url: gate.url, poolMax: 1, applicationName: "test", readsWithinMs: 100 });
    opened.push(db);
    const count = () => query(db, sql`select 1`);
    const works = [count, () => db.job.count(), () => db.$transact((tx) => query(tx, sql`select 1`))];
    for (const work of works) {
      await count();
      gate.close();
      expect(isDatabaseUnavailable(await failureOf(work()))).toBe(true);
      gate.open();
    }
    await waitFor("an answer", () => count().catch(() => null));
    await gate.stop();
  }, 60_000);

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

  test.each(["BEGIN", "COMMIT"])("when the connection is lost at the %s of a transaction", async (word) => {
    const gate = await startGate(database.url, word);
    const db = open(gate.url);
    expect(isDatabaseUnavailable(await failureOf(db.$transaction((tx) => tx.job.count())))).toBe(true);
    await gate.stop();
  });

  test("when the process is ending and has closed its connections", async () => {
    const db = openDatabase({ url: database.url, poolMax: 1, applicationName: "test" });
    await query(db, sql`select 1`);
    await db.$disconnect();
    expect(isDatabaseUnavailable(await failureOf(query(db, sql`select 1`)))).toBe(true);
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

describe("raw statements", () => {
  test("give values of the types that Prisma gives", async () => {
    const db = open(database.url);
    const at = new Date("2026-03-29T01:30:00.123Z");
    const statement = sql`select ${at}::timestamptz as time, '2026-03-29'::date as day, 9007199254740993::bigint as big, 1.50::numeric as share,
      0.1::float8 as float, 7 as small, '{"a":[1]}'::jsonb as json, '\\x00ff'::bytea as bytes, array['a', null]::text[] as texts,
      true as yes, null::timestamptz as nothing, ${at}::timestamptz - interval '2000 years' as ancient`;
    const direct = await query(db, statement);
    const [row] = direct as Record<string, unknown>[];
    expect(row).toMatchObject({ time: at, day: new Date("2026-03-29"), big: 9007199254740993n, json: { a: [1] } });
    const viaPrisma = await db.$transaction((tx) => query<Record<string, unknown>>(tx, statement));
    for (const [name, value] of Object.entries(viaPrisma[0] ?? {})) {
      if (name === "bytes") expect(Buffer.from(row?.[name] as Uint8Array)).toEqual(Buffer.from(value as Uint8Array));
      else if (name !== "ancient") expect(row?.[name]).toEqual(value);
    }
    expect(row?.ancient).toBeInstanceOf(Date);
  });

  test("that come again are prepared, unless they are to be planned anew", async () => {
    const db = open(database.url);
    const prepared = () =>
      query<{ text: string }>(db, plannedAnew(sql`select statement as text from pg_prepared_statements`));
    for (let use = 0; use < 4; use += 1) {
      await query(db, sql`select ${use}::int + 1 as sum`);
      await query(db, plannedAnew(sql`select ${use}::int + 2 as sum`));
    }
    expect((await prepared()).map(({ text }) => text)).toEqual(["select $1::int + 1 as sum"]);
  });

  test("of a transaction happen together or not at all, and a lost connection is not used again", async () => {
    const db = open(database.url, "victim");
    const insert = (id: string) => sql`insert into circuits (scope, failures) values (${id}, 1) returning scope`;
    await db.$transact(async (tx) => {
      await query(tx, insert("one"));
      await query(tx, insert("two"));
    });
    const failed = failureOf(
      db.$transact(async (tx) => {
        await query(tx, insert("three"));
        await query(tx, insert("one"));
      }),
    );
    expect(wasRefused(await failed)).toBe(true);
    const lost = failureOf(
      db.$transact(async (tx) => {
        const [me] = await query<{ pid: number }>(tx, sql`select pg_backend_pid() as pid`);
        await admin.query("select pg_terminate_backend($1)", [me?.pid]);
        await query(tx, insert("four"));
      }),
    );
    expect(isDatabaseUnavailable(await lost)).toBe(true);
    expect(await query(db, sql`select scope from circuits order by scope`)).toEqual([
      { scope: "one" },
      { scope: "two" },
    ]);
  });
});
