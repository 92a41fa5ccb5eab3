import { type Database, openDatabase, type Queries, query, raw, type Sql, sql } from "@darkroom/core/db/database";
import { newId } from "@darkroom/core/ids";
import { rollUpUsage } from "@darkroom/core/spend/roll-up-usage";
import { phaseColumns, phaseTimes } from "@darkroom/core/stats/phase-times";
import { rollUpDeliveries } from "@darkroom/core/stats/roll-up-deliveries";
import { rollUpReservations } from "@darkroom/core/stats/roll-up-reservations";

export type SeedOptions = {
  jobs: number;
  tenants: number;
  /** Jobs are spread over so many days before now. */
  days: number;
  now: Date;
  progress(done: number, what: string): void;
};

/** Jobs made per transaction: some seconds each, and a line of progress after it. */
const chunkMax = 20_000;
/** Chunks made at once: all the work is Postgres', which does one statement on one core. */
const lanes = 2;
/** Far more than a statement takes, even where a machine has much else to do. */
const statementMaxMs = 1_800_000;
/** Of a hundred jobs one waits, but no more than these: they belong to a tenant that is paused, so that nothing is dispatched. */
const waitingShare = 0.01;
const waitingMax = 5_000;
/** Seconds over which the waiting ones have come. */
const waitingFor = 1_800;
/** Of a day's middle height: how much more there is at its height, and less at its depth. */
const rhythm = 0.6;

/**
 * Makes plausible jobs of the past in bulk, with all that belongs to them: attempts and fal's receipts, outputs, timeline, events and
 * their deliveries, ledger, and the kept sums, which are made by the very roll-ups that a worker runs. Outputs name no objects in S3,
 * receipts have no bytes, endpoints no secret. For demonstrations, benches and EXPLAIN.
 */
export async function seedJobs(url: string, options: SeedOptions): Promise<{ tenantIds: string[] }> {
  // Unprepared: every chunk has a table of its own, under the same name.
  const patience = { withinMs: statementMaxMs, prepare: false };
  const db = openDatabase({ url, poolMax: lanes, applicationName: "darkroom-seed", ...patience });
  try {
    const tenantIds = await makeTenants(db, options);
    await makeEndpoints(db, tenantIds, options);
    await makeJobs(db, options, tenantIds);
    await rollUp(db, options);
    await sample(db);
    for (const table of filled) await db.$executeRawUnsafe(`analyze ${table}`);
    return { tenantIds };
  } finally {
    await db.$disconnect();
  }
}

async function makeJobs(db: Database, options: SeedOptions, tenantIds: string[]): Promise<void> {
  const { jobs, progress } = options;
  let [next, done] = [0, 0];
  const fillLane = async () => {
    while (next < jobs) {
      const [from, to] = [next, Math.min(jobs, next + chunkMax)];
      next = to;
      await makeChunk(db, { ...options, tenantIds, from, to });
      // At once, while they are few and at hand: of a million, each batch would have to be looked for.
      await count(db, rollUpUsage, options);
      await count(db, rollUpDeliveries, options);
      done += to - from;
      progress(done, "jobs");
    }
  };
  await Promise.all(Array.from({ length: lanes }, fillLane));
}

const filled = [
  ...[
    "jobs",
    "attempts",
    "fal_receipts",
    "outputs",
    "timeline",
    "spend_entries",
    "events",
    "deliveries",
    "delivery_attempts",
  ],
  ...["stats", "usage_days"],
];

const names = [
  ...["northwind", "atelier", "harbour", "lumen", "parcel", "larch", "quartz", "juniper", "meadow", "cobalt"],
  ...["saffron", "tundra"],
];

async function makeTenants(db: Database, { tenants, days, now }: SeedOptions): Promise<string[]> {
  const run = newId("ten").slice(-5);
  const rows = Array.from({ length: tenants }, (_, index) => ({
    id: newId("ten"),
    name: `${names[index % names.length]}-${run}${index < names.length ? "" : `-${index + 1}`}`,
    createdAt: beginOf({ days, now }),
    weight: index % 4 === 0 ? 3 : 1,
    // The last one has the line.
    pausedAt: index === tenants - 1 ? now : null,
  }));
  await db.tenant.createMany({ data: rows });
  return rows.map(({ id }) => id);
}

/** One for each tenant but the last. */
async function makeEndpoints(db: Database, tenantIds: readonly string[], options: SeedOptions): Promise<void> {
  const createdAt = beginOf(options);
  await db.endpoint.createMany({
    data: tenantIds.slice(0, -1).map((tenantId, index) => ({
      ...{ id: newId("ep"), tenantId, kind: "registered" as const, state: "enabled" as const, fifo: "none" as const },
      ...{ url: `https://hooks.example.com/seed-${index + 1}`, events: [], headerNames: [], concurrency: 10 },
      ...{ createdAt, updatedAt: createdAt, tokensAt: options.now },
    })),
  });
}

function beginOf({ days, now }: Pick<SeedOptions, "days" | "now">): Date {
  return new Date(now.getTime() - days * 86_400_000);
}

type Chunk = SeedOptions & { tenantIds: string[]; from: number; to: number };

async function makeChunk(db: Database, chunk: Chunk): Promise<void> {
  await patiently(db, async (tx) => {
    await query(tx, raw(suffixFunction));
    await query(tx, draw(chunk));
    for (const statement of statements(chunk.now)) await query(tx, statement);
    await query(tx, sql`drop table seed_chunk`);
  });
}

/** What follows the prefix of an id, in SQL: ten characters of milliseconds, then the row's number. Hexadecimal digits are digits of base32, too. */
const suffixFunction = `create or replace function pg_temp.id_suffix(at timestamptz, n bigint) returns text language sql immutable as $$
  select ${Array.from(
    { length: 10 },
    (_, place) =>
      `substr('0123456789abcdefghjkmnpqrstvwxyz', ((floor(extract(epoch from at) * 1000)::bigint >> ${5 * (9 - place)}) & 31)::int + 1, 1)`,
  ).join(" || ")} || lpad(to_hex(n), 16, '0') $$`;

const models = [
  "fal-ai/z-image/turbo/image-to-image",
  "fal-ai/z-image/turbo/image-to-image",
  "fal-ai/z-image/turbo/image-to-image",
  "fal-ai/z-image/turbo",
  "fal-ai/z-image/turbo",
  "fal-ai/z-image/turbo/lora",
];
const errors = [
  ...["content_policy", "content_policy", "content_policy", "fal_error", "fal_error", "fal_error"],
  ...["input_unreachable", "input_unreachable", "copy_failed", "deadline_exceeded", "fal_timeout", "submit_unknown"],
];
const words = [
  ...[
    "a quiet harbour at dawn",
    "a lighthouse in fog",
    "a fox in the snow",
    "old books on a table",
    "a street at night",
  ],
  ...["a mountain lake", "portrait of a sailor", "a glass greenhouse", "a paper boat", "a market in the rain"],
];
const tags = ["web", "batch", "vip", "nightly", "test"];

/** Everything that is left to chance, drawn once per job; all its rows are made of it. */
function draw({ tenantIds, from, to, jobs, days, now }: Chunk): Sql {
  const waiting = Math.min(waitingMax, Math.ceil(jobs * waitingShare));
  const run = BigInt(Date.now()) % 1_000_000n;
  const start = beginOf({ days, now });
  return sql`create temp table seed_chunk on commit drop as
    -- None is exhausted before its retries can have been.
    select c.*, luck < 0.03 and created_at < ${now}::timestamptz - interval '80 hours' as is_undelivered, (cost * reserve_factor)::bigint as reserved, 'job_' || suffix as id, 'att_' || suffix as attempt_id, 'out_' || suffix as output_id, 'evt_' || suffix as event_id,
           'dlv_' || suffix as delivery_id, 'rcp_' || suffix as receipt_id, p.endpoint_id, gen_random_uuid()::text as request_id,
           created_at + wait_ms * interval '1 ms' as sent_at, created_at + (wait_ms + fal_ms) * interval '1 ms' as generated_at,
           created_at + (wait_ms + fal_ms + copy_ms) * interval '1 ms' as ended_at
    from (
      select (${run}::bigint << 28) + i as n,
             case when i >= ${jobs - waiting} then 'queued' when fate < 0.93 then 'succeeded' when fate < 0.98 then 'failed' else 'canceled' end as state,
             case when i >= ${jobs - waiting} then ${tenantIds.at(-1)}
               else (${tenantIds.slice(0, -1)}::text[])[1 + floor(power(whose, 2) * ${tenantIds.length - 1})::int] end as tenant_id,
             (${models}::text[])[1 + floor(random() * ${models.length})::int] as model,
             (${errors}::text[])[1 + floor(random() * ${errors.length})::int] as error_code,
             (${words}::text[])[1 + floor(random() * ${words.length})::int] || ', ' || (${words}::text[])[1 + floor(random() * ${words.length})::int] as prompt,
             case when random() < 0.3 then array[(${tags}::text[])[1 + floor(random() * ${tags.length})::int]] else '{}' end as tags,
             date_trunc('milliseconds', case when i >= ${jobs - waiting}
               then ${now}::timestamptz - (${jobs} - i) / ${waiting}::float8 * ${waitingFor} * interval '1 second' - interval '2 minutes'
               -- Most at this time of the day: the sine bends the times without changing their order.
               else ${start}::timestamptz + (day - ${rhythm} * sin(2 * pi() * day) / (2 * pi())) * interval '1 day' - interval '2 minutes' end) as created_at,
             (50 + 4000 * -ln(1 - random()))::int as wait_ms, (1200 + 5000 * random() * random())::int as fal_ms,
             (150 + 900 * random())::int as copy_ms, (40 + 600 * -ln(1 - random()))::int as deliver_ms, random() as luck, (1500 + floor(random() * 6) * 750)::bigint as cost, (1 + floor(random() * 1.4) * 0.25)::float8 as reserve_factor
      from (select i, random() as fate, random() as whose, (i + random()) / ${jobs - waiting}::float8 * ${days} as day
            from generate_series(${from}::bigint, ${to - 1}::bigint) as i offset 0) drawn
    ) c
    -- Once for all ids of a job; the offset keeps the planner from writing it out in each.
    cross join lateral (select pg_temp.id_suffix(created_at, n) as suffix offset 0) s
    left join (select id as endpoint_id, tenant_id as owner_id from endpoints) p on p.owner_id = c.tenant_id`;
}

const finals = raw("where state <> 'queued'");
const succeeded = raw("where state = 'succeeded'");

function statements(now: Date): Sql[] {
  const jobParts = [jobRows(now), attemptRows, receiptRows, outputRows, timelineRows];
  const deliveryParts = [eventRows, deliveryRows, deliveryAttemptRows, deliveryTimeRows];
  return [...jobParts, ...deliveryParts, reservationRows, settlementRows, usageRows];
}

const errorJson = sql`case when state = 'failed' then jsonb_build_object('code', error_code, 'message', 'Seeded: ' || error_code,
  'blame', 'fal', 'retryable', true) end`;

function jobRows(now: Date): Sql {
  return sql`insert into jobs (id, tenant_id, model, input, state, due_at, queue_at, deadline_at, attempt, attempts_max, sent_at, reserved_micros,
      cost_micros, charged, error, error_code, tags, metadata, created_at, submitted_at, generated_at, finished_at)
    select id, tenant_id, model, jsonb_build_object('prompt', prompt, 'image_url', 'https://example.com/in.png', 'num_images', 1),
           state::job_state, case when state = 'queued' then created_at end, case when state = 'queued' then created_at end,
           case when state = 'queued' then ${now}::timestamptz + interval '7 days' else created_at + interval '1 day' end,
           case when state in ('queued', 'canceled') then 0 else 1 end, 3,
           case when state in ('succeeded', 'failed') then sent_at end, reserved,
           case state when 'succeeded' then cost when 'queued' then null else 0 end,
           (case state when 'succeeded' then 'yes' when 'queued' then null else 'no' end)::charged,
           ${errorJson}, case when state = 'failed' then error_code end, tags, '{}', created_at,
           case when state in ('succeeded', 'failed') then sent_at end, case when state = 'succeeded' then generated_at end,
           case when state <> 'queued' then ended_at end
    from seed_chunk`;
}

const attemptRows = sql`insert into attempts (id, job_id, number, token, request_id, outcome, created_at, sent_at, accepted_at, finished_at, doubted_at, error_code)
  select attempt_id, id, 1, 'seed-' || attempt_id, request_id, 'accepted', sent_at, sent_at, sent_at + interval '90 ms', generated_at,
         case when n % 5000 = 0 then sent_at + interval '30 seconds' end, case when state = 'failed' then error_code end
  from seed_chunk where state in ('succeeded', 'failed')`;

const receiptRows = sql`insert into fal_receipts (id, attempt_id, request_id, source, verdict, ok, body_hash, body_bytes, received_at)
  select receipt_id, attempt_id, request_id, 'webhook', 'applied', state = 'succeeded', sha256(request_id::bytea), 480, generated_at
  from seed_chunk where state in ('succeeded', 'failed')`;

const outputRows = sql`insert into outputs (id, job_id, tenant_id, index, source_url, nsfw, key, content_type, width, height, bytes, sha256, created_at, stored_at)
  select output_id, id, tenant_id, 0, 'https://v3.fal.media/files/seed/' || output_id || '.png', false,
         'tenants/' || tenant_id || '/jobs/' || id || '/' || output_id || '.png', 'image/png', 1024, 768, 1200000, md5(id) || md5(output_id), generated_at, ended_at
  from seed_chunk ${succeeded}`;

const timelineRows = sql`insert into timeline (job_id, at, kind, data)
  select c.id, l.at, l.kind, l.data from seed_chunk c cross join lateral (values
    (1, c.created_at, 'job.queued', '{}'::jsonb, true),
    (2, c.sent_at - interval '10 ms', 'job.submitting', '{"attempt": 1}', c.state in ('succeeded', 'failed')),
    (3, c.sent_at, 'attempt.accepted', jsonb_build_object('attempt', 1, 'request_id', c.request_id), c.state in ('succeeded', 'failed')),
    (4, c.generated_at, 'job.copying', '{"attempt": 1, "images": 1, "by": "webhook"}', c.state = 'succeeded'),
    (5, c.ended_at, 'job.' || c.state, case when c.state = 'failed' then jsonb_build_object('code', c.error_code) else '{}' end, c.state <> 'queued')
  ) as l(place, at, kind, data, is_so) where l.is_so order by c.n, l.place`;

const eventRows = sql`insert into events (id, tenant_id, type, job_id, created_at)
  select event_id, tenant_id, 'job.' || state, id, ended_at from seed_chunk ${finals}`;

const deliveryRows = sql`insert into deliveries (id, tenant_id, event_id, endpoint_id, type, state, attempts, status, error, created_at, finished_at)
  select delivery_id, tenant_id, event_id, endpoint_id, 'job.' || state,
         (case when is_undelivered then 'exhausted' else 'delivered' end)::delivery_state, case when is_undelivered then 9 else 1 end,
         case when is_undelivered then 503 else 200 end, case when is_undelivered then 'http_status' end, ended_at,
         ended_at + case when is_undelivered then interval '75 hours' else deliver_ms * interval '1 ms' end
  from seed_chunk ${finals} and endpoint_id is not null`;

/** Of nine in vain only the last: the log of the others would have been dropped by now. */
const deliveryAttemptRows = sql`insert into delivery_attempts (delivery_id, number, at, ms, status, error)
  select delivery_id, case when is_undelivered then 9 else 1 end, ended_at, deliver_ms, case when is_undelivered then 503 else 200 end,
         case when is_undelivered then 'http_status' end
  from seed_chunk ${finals} and endpoint_id is not null`;

/** As the statement that records a delivery writes them. */
const deliveryTimeRows = sql`insert into delivery_times (tenant_id, ms, delivered_at)
  select tenant_id, deliver_ms, ended_at + deliver_ms * interval '1 ms'
  from seed_chunk ${finals} and endpoint_id is not null and not is_undelivered`;

const reservationRows = sql`insert into spend_entries (tenant_id, job_id, round, kind, amount_micros, created_at)
  select tenant_id, id, 1, 'reserve', reserved, created_at from seed_chunk`;

const settlementRows = sql`insert into spend_entries (tenant_id, job_id, round, kind, amount_micros, created_at)
  select tenant_id, id, 1, (case when state = 'succeeded' then 'settle' else 'release' end)::spend_kind,
         case when state = 'succeeded' then cost else reserved end, ended_at
  from seed_chunk ${finals}`;

/** As the statement that ends a job writes them. */
const usageRows = sql`insert into usage_entries (tenant_id, model, tags, state, cost_micros, ended_at, error_code, ${phaseColumns})
  select m.tenant_id, m.model, m.tags, m.state, m.cost_micros, m.finished_at, m.error_code, ${phaseTimes("m")}
  from jobs m where m.id in (select id from seed_chunk ${finals})`;

type RollUp = typeof rollUpUsage | typeof rollUpDeliveries;

/** A batch as large as a chunk: nobody waits for these rows, and a sum that many go into is written fewer times. */
function count(db: Database, rollUp: RollUp, { now }: SeedOptions): Promise<number> {
  const bounds = { max: chunkMax, minutesSince: new Date(now.getTime() - 86_400_000) };
  return patiently(db, (tx) => rollUp(tx, bounds));
}

/** What the lanes have left to each other, and the ledger. */
async function rollUp(db: Database, options: SeedOptions): Promise<void> {
  while ((await count(db, rollUpUsage, options)) > 0);
  while ((await count(db, rollUpDeliveries, options)) > 0);
  // The first run sets the mark, the others read up to it (roll-up-reservations.ts).
  await rollUpReservations(db);
  const readOn = () => patiently(db, (tx) => rollUpReservations(tx, { max: ledgerMax }));
  for (let done = ledgerMax; await readOn(); done += ledgerMax) options.progress(done, "ledger entries counted");
}

/** Entries, of which every job has about two. */
const ledgerMax = 100_000;

/** What sampling would have seen, for the chart of slots. */
async function sample(db: Database): Promise<void> {
  await db.$executeRaw`update stats set in_flight_max = 3 + floor(random() * 8), waiting_max = floor(power(random(), 3) * 60)
    where dimension = 'total' and grain in ('minute', 'hour') and in_flight_max is null`;
}

/** In a transaction of its own, with memory to sort in. */
function patiently<Value>(db: Database, act: (tx: Queries) => Promise<Value>): Promise<Value> {
  return db.$transact(async (tx) => {
    await query(tx, sql`set local synchronous_commit = off`);
    await query(tx, sql`set local work_mem = '64MB'`);
    return act(tx);
  });
}
