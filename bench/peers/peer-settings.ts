import type { S3Access } from "@darkroom/local/start-object-store";

/** What a peer is told: addresses of the same servers that Darkroom uses. */
export type PeerSettings = {
  databaseUrl?: string | undefined;
  /** Left out: BullMQ on Postgres, as Darkroom in the same run. */
  redisUrl?: string | undefined;
  s3?: S3Access | undefined;
  fal?: { url: string; key: string } | undefined;
  /** Where fal reaches it. */
  publicUrl?: string | undefined;
  customerUrl?: string | undefined;
  queue?: string | undefined;
};

export function readSettings(): PeerSettings & { port: number } {
  const { PEER_SETTINGS: text = "{}" } = process.env;
  return JSON.parse(text) as PeerSettings & { port: number };
}

/** For settings that a peer cannot do without. */
export function need<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("A setting of this peer is missing.");
  return value;
}
