import { eventMetadataBytesMax, eventOutputsMax } from "@darkroom/contract/events";
import { raw, type Sql, sql } from "../db/database.ts";

/**
 * What an event says of its job, as it is in `alias` at that moment: facts only, no links and no prompt. The payload follows from
 * it (to-wire.ts), so that it is the same at every attempt, however the job goes on. `outputs`: where the job's outputs are read.
 */
export function jobFacts(alias: "m" | "held", outputs: "outputs" | "picture" = "outputs"): Sql {
  const j = raw(alias);
  return sql`jsonb_build_object(
    'id', ${j}.id, 'state', ${j}.state, 'model', ${j}.model, 'seed', ${j}.seed, 'error', ${j}.error, 'charged', ${j}.charged,
    'costMicros', ${j}.cost_micros, 'attempts', ${j}.attempt, 'tags', to_jsonb(${j}.tags),
    'metadata', case when octet_length(${j}.metadata::text) <= ${eventMetadataBytesMax} then ${j}.metadata end,
    'batchId', ${j}.batch_id, 'reusedFrom', case when ${j}.state = 'succeeded' then ${j}.reused_from end, 'createdAt', ${j}.created_at, 'submittedAt', ${j}.submitted_at, 'finishedAt', ${j}.finished_at,
    'outputs', (
      select coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'contentType', o.content_type, 'width', o.width,
        'height', o.height, 'bytes', o.bytes, 'sha256', o.sha256, 'nsfw', o.nsfw) order by o.index), '[]')
      from ${raw(outputs)} o
      where o.job_id = ${j}.id and ${j}.state = 'succeeded' and o.stored_at is not null and o.index < ${eventOutputsMax}
    ))`;
}
