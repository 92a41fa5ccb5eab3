import { withClient } from "./databases.ts";

export type History = {
  /** Jobs that have ended, half of them of the tenant that asks for lists. */
  ended: number;
  queued: number;
  /** Over which the waiting jobs are spread. */
  tenants: number;
};

/** A database with a past, written in bulk: a million jobs by the API would take longer than all benches together. */
export function fillHistory(url: string, history: History & { tenantId: string }): Promise<void> {
  return withClient(url, async (client) => {
    // Nobody would miss it: the rows are the same in the end.
    await client.query("set synchronous_commit = off");
    await client.query(tenants, [history.tenants]);
    await client.query(endedJobs, [history.ended, history.tenantId]);
    await client.query(outputs);
    await client.query(queuedJobs, [history.queued, history.tenants]);
    await client.query("vacuum analyze");
  });
}

/** Sortable and shaped like ours: prefix and 26 characters of base32. */
const jobId = (offset: string) => `'job_01' || lpad((${offset} + n)::text, 24, '0')`;

const tenants = `
  insert into tenants (id, name, created_at)
  select 'ten_01' || lpad(n::text, 24, '0'), 'tenant-' || n, now() from generate_series(1, $1::int) n`;

/** Nine in ten succeeded; one in a thousand has the rare tag, wherever in the past it lies. */
const endedJobs = `
  insert into jobs (id, tenant_id, model, input, state, attempt, attempts_max, reserved_micros, cost_micros, charged, error_code,
                    tags, metadata, created_at, submitted_at, generated_at, finished_at, deadline_at)
  select ${jobId("0")}, case when n % 2 = 0 then $2 else 'ten_01' || lpad((1 + n % 200)::text, 24, '0') end,
         case when n % 50 < 2 then 'fal-ai/z-image/base' else 'fal-ai/z-image/turbo' end,
         '{"prompt": "a harbour on a winter evening", "num_images": 1, "image_size": "landscape_4_3"}',
         (case when n % 20 < 2 then 'failed' else 'succeeded' end)::job_state, 1, 3, 5000, 5000, 'yes',
         case when n % 20 < 2 then 'fal_error' end,
         case when n % 1000 < 2 then '{bench,rare}' else '{bench}' end::text[], jsonb_build_object('order', n::text),
         at, at, at, at, at + interval '1 day'
  from (select n, now() - interval '1 second' * ($1::int - n) as at from generate_series(1, $1::int) n) past`;

const outputs = `
  insert into outputs (id, job_id, tenant_id, index, key, content_type, width, height, bytes, sha256, created_at, stored_at)
  select 'out' || substr(id, 4), id, tenant_id, 0, 'tenants/' || id || '.png', 'image/png', 1024, 768, 200000, md5(id), created_at, created_at
  from jobs where state = 'succeeded'`;

const queuedJobs = `
  insert into jobs (id, tenant_id, model, input, state, due_at, queue_at, attempts_max, reserved_micros, tags, metadata, created_at, deadline_at)
  select ${jobId("500000000")}, 'ten_01' || lpad((1 + n % $2::int)::text, 24, '0'), 'fal-ai/z-image/turbo',
         '{"prompt": "a harbour on a winter evening"}', 'queued', at, at, 3, 5000, '{bench}', '{}', at, at + interval '6 days'
  from (select n, now() - interval '1 millisecond' * ($1::int - n) as at from generate_series(1, $1::int) n) line`;
