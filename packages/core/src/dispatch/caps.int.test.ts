import { cloneDatabase, type TestDatabase } from "@darkroom/testing/clone-database";
import { makeTenant, newJob } from "@darkroom/testing/make-job";
import { manualClock } from "@darkroom/testing/manual-clock";
import { Stopped, stopDatabaseAt } from "@darkroom/testing/stop-at";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase, query, sql } from "../db/database.ts";
import { createJobs } from "../jobs/create-jobs.ts";
import { findOverdue } from "../jobs/find-overdue.ts";
import { findWorkByJob } from "../jobs/find-work.ts";
import { recordAccepted } from "../jobs/record-submit.ts";
import { startAttempt } from "../jobs/start-attempt.ts";
import { endJob } from "../jobs/transition.ts";
import { dispatchJobs } from "./dispatch-jobs.ts";
import type { RoomLimits } from "./measure-room.ts";

const jobsInAll = 5_000;
const tenantsInAll = 20;
const cap = 2;
const slots = 30;
const model = { id: "fal-ai/z-image/turbo", slots: 7 };
const limits: RoomLimits = { slots, perSecondMax: 1_000_000, modelSlots: new Map([[model.id, model.slots]]) };

let database: TestDatabase;
let db: Database;
const clock = manualClock(new Date("2026-11-20T10:00:00.000Z"));

beforeAll(async () => {
  database = await cloneDatabase();
  db = openDatabase({ url: database.url, poolMax: 10, applicationName: "test" });
  for (const statement of watchman) await db.$executeRawUnsafe(statement);
  await db.dispatchState.update({ where: { id: 1 }, data: { tokens: 1_000_000, tokensAt: clock.now() } });
});
afterAll(async () => {
  await db.$disconnect();
  await database.drop();
});

/** Looks at every single statement: one that goes over a limit fails, and is remembered as the most there ever were. */
const watchman = [
  `create table most (what text primary key, n bigint not null)`,
  `create function watch() returns trigger language plpgsql as $$
   declare over record;
   begin
     for over in
       select * from (
         select 'tenant' as what, max(n) as n, ${cap} as allowed from (
           select count(*) as n from jobs where state in ('submitting', 'submitted') group by tenant_id) t
         union all select 'model', count(*), ${model.slots} from jobs where state in ('submitting', 'submitted') and model = '${model.id}'
         union all select 'account', count(*), ${slots} from jobs where state in ('submitting', 'submitted')
       ) counted where n is not null
     loop
       if over.n > over.allowed then raise exception 'over the limit: % % of %', over.n, over.what, over.allowed; end if;
       insert into most values (over.what, over.n)
         on conflict (what) do update set n = excluded.n where most.n < excluded.n;
     end loop;
     return null;
   end $$`,
  `create trigger watch after update on jobs for each statement execute function watch()`,
];

/** A worker that lives until it is killed: what it had in hand stays as it is, for others to find. */
function worker(random: () => number) {
  const live = (): Database => stopDatabaseAt(db, 1 + Math.floor(random() * 250), random() < 0.5 ? "before" : "after");
  let mine = live();
  let deaths = 0;
  return {
    deaths: () => deaths,
    /** One round: fills slots, hands over, and ends what it has handed over; looks after what others left. Whether there was any. */
    work: async (): Promise<boolean> => {
      try {
        const { dispatched } = await dispatchJobs(mine, limits, clock.now());
        const left = await findOverdue(mine, { now: clock.now(), graceMs: 0 });
        const all = [...dispatched, ...left.map(({ id: jobId, attemptId }) => ({ jobId, attemptId }))];
        const carried = await Promise.allSettled(all.map((one) => carry(mine, one)));
        const failed =
          carried.find(
            (one): one is PromiseRejectedResult => one.status === "rejected" && !(one.reason instanceof Stopped),
          ) ?? carried.find((one): one is PromiseRejectedResult => one.status === "rejected");
        if (failed) throw failed.reason;
        return all.length > 0;
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        deaths += 1;
        mine = live();
        return true;
      }
    },
  };
}

/** Through fal, from wherever it is. */
async function carry(mine: Database, { jobId, attemptId }: { jobId: string; attemptId: string }): Promise<void> {
  const now = clock.now();
  const leaseEndsAt = new Date(now.getTime() + 30_000);
  const started = await startAttempt(mine, attemptId, { now, leaseEndsAt });
  const work = started ?? (await findWorkByJob(mine, jobId));
  const attempt = { jobId, attemptId, number: work?.attempt ?? 0 };
  const answer = { requestId: `r-${attemptId}`, gatewayRequestId: null, checkAt: leaseEndsAt, now };
  await recordAccepted(mine, attempt, answer);
  const error = { code: "fal_error", message: "boom", blame: "fal", retryable: true } as const;
  await endJob(mine, { jobId, ending: { to: "failed", charged: "no", error }, now });
}

/** The same every time: a failure can be looked into. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test("a cap of two is never exceeded in 5,000 jobs while two workers are killed at random, and all jobs come to an end", async () => {
  const open = () => db.job.count({ where: { state: { not: "failed" } } });
  for (let index = 0; index < tenantsInAll; index += 1) {
    const { id } = await makeTenant(db, { inFlightMax: cap });
    const jobs = Array.from({ length: jobsInAll / tenantsInAll }, (_, place) =>
      newJob(id, clock.now(), {
        deadlineAt: new Date(clock.now().getTime() + 30 * 86_400_000),
        ...(place % 3 === 0 ? { model: model.id } : {}),
      }),
    );
    await createJobs(db, { jobs, claim: null, now: clock.now() });
  }
  const workers = [worker(seeded(1)), worker(seeded(2))];
  let done = false;
  const toTheEnd = async ({ work }: (typeof workers)[number]) => {
    while (!done) {
      const busy = await work();
      // Leases of the dead run out now and then.
      clock.advance(2_000);
      done ||= !busy && (await open()) === 0;
    }
  };
  await Promise.all(workers.map(toTheEnd));
  expect(await open()).toBe(0);
  // It was not for lack of trying.
  for (const { deaths } of workers) expect(deaths()).toBeGreaterThan(20);
  const most = await query<{ what: string; n: bigint }>(db, sql`select what, n from most order by what`);
  expect(most).toEqual([
    { what: "account", n: BigInt(slots) },
    { what: "model", n: BigInt(model.slots) },
    { what: "tenant", n: BigInt(cap) },
  ]);
}, 600_000);
