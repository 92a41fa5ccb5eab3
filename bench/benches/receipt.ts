import { createHash, createPrivateKey, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sized } from "../bed.ts";
import { darkroomBatch, plainJob } from "../load/job-requests.ts";
import { percentile } from "../load/percentile.ts";
import { type LoadRequest, type LoadResult, sendClosed, sendOpen } from "../load/send-load.ts";
import { makeRow, type Pair, type Row } from "../row.ts";
import { withClient } from "../stack/databases.ts";
import { type Darkroom, startDarkroom } from "../stack/start-darkroom.ts";
import { startPeer } from "../stack/start-peer.ts";
import { type Bench, inTurns } from "./bench.ts";

const perSecond = 500;
const connections = 50;

/** fal's webhooks at a steady rate, each for a job of its own, signed with the emulator's key. The worker is down: it is about the answer to fal. */
export const receipt: Bench = {
  name: "receipt",
  rows: ["receipt-p99", "receipt-p50"],
  backends: "each",
  run: async (bed) => {
    const echo = await startPeer(bed, "echo");
    const darkroom = await startDarkroom(bed, { name: "receipt", processes: ["api"] });
    const key = createPrivateKey(readFileSync(join(bed.servers.fal.dir, "signing-key.pem")));
    const count = sized(bed, { tiny: 20, quick: 1_000, full: 5_000 });
    await (await prepareWebhooks(darkroom, key, count))();
    await sendEchoes(echo.url, count);
    const rounds: Round[] = [];
    for (let round = 0; round < bed.rounds; round += 1) {
      const send = await prepareWebhooks(darkroom, key, count);
      rounds.push(await inTurns(round, { ours: () => darkroom.during(send), echo: () => sendEchoes(echo.url, count) }));
    }
    return toRows(rounds);
  },
};

type Round = Record<"ours" | "echo", LoadResult>;

function toRows(rounds: readonly Round[]): Row[] {
  const pairs = (share: number): Pair[] =>
    rounds.map(({ ours, echo }) => ({ ours: percentile(ours.times, share), peer: percentile(echo.times, share) }));
  const common = { unit: "ms", peerName: `Express echo at ${perSecond}/s` };
  return [
    makeRow({ ...common, name: "receipt-p99", pairs: pairs(0.99), target: { of: "ours", most: 25 } }),
    makeRow({ ...common, name: "receipt-p50", pairs: pairs(0.5) }),
  ];
}

function sendEchoes(url: string, count: number): Promise<LoadResult> {
  return sendOpen({ url, connections, perSecond, count, status: 202, request: (index) => plainJob("/", index) });
}

/** Everything is signed before the first is sent: that is fal's work. */
async function prepareWebhooks(darkroom: Darkroom, key: KeyObject, count: number): Promise<() => Promise<LoadResult>> {
  const requests = (await makeSubmitted(darkroom, count)).map((attempt) => webhook(key, attempt));
  const request = (index: number) => requests[index - 1] as LoadRequest;
  return () => sendOpen({ url: darkroom.url, connections, perSecond, count, status: 200, request });
}

type Attempt = { token: string; requestId: string };

/** Real jobs, put where fal's webhook meets them: submitted, with the token and request id of an attempt. */
async function makeSubmitted(darkroom: Darkroom, count: number): Promise<Attempt[]> {
  for (let left = count; left > 0; left -= 1_000) {
    const request = () => darkroomBatch(darkroom, Math.min(left, 1_000));
    await sendClosed({ url: darkroom.url, connections: 1, request, status: 202, count: 1 });
  }
  return withClient(darkroom.databaseUrl, async (client) => {
    const { rows } = await client.query(submitAll);
    return rows as Attempt[];
  });
}

const submitAll = `
  with moved as (
    update jobs set state = 'submitted', attempt = 1, queue_at = null, sent_at = now(), submitted_at = now(),
      due_at = now() + interval '1 hour' where state = 'queued' returning id
  )
  insert into attempts (id, job_id, number, token, request_id, outcome, created_at, sent_at, accepted_at)
  select 'att' || substr(id, 4), id, 1, md5(id) || md5(id || 'b'), gen_random_uuid()::text, 'accepted', now(), now(), now() from moved
  returning token, request_id as "requestId"`;

/** As fal sends it (fal: webhooks page). */
function webhook(key: KeyObject, { token, requestId }: Attempt): LoadRequest {
  const image = { url: "https://v3b.fal.media/files/b/bench/picture.png", content_type: "image/png" };
  const payload = { images: [{ ...image, width: 1024, height: 768 }], seed: 7, has_nsfw_concepts: [false], prompt: "" };
  const body = Buffer.from(
    JSON.stringify({ request_id: requestId, gateway_request_id: requestId, status: "OK", payload }),
  );
  const timestamp = String(Math.floor(Date.now() / 1000));
  const digest = createHash("sha256").update(body).digest("hex");
  const message = Buffer.from([requestId, "bench", timestamp, digest].join("\n"));
  const headers = {
    "content-type": "application/json",
    "x-fal-webhook-request-id": requestId,
    "x-fal-webhook-user-id": "bench",
    "x-fal-webhook-timestamp": timestamp,
    "x-fal-webhook-signature": sign(null, message, key).toString("hex"),
  };
  return { path: `/webhooks/fal/${token}`, method: "POST", headers, body };
}
