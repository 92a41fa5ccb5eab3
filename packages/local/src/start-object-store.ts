import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { answersHttp } from "./answers-http.ts";
import type { Child, ChildSpec } from "./child.ts";
import type { LogFile } from "./open-log.ts";
import { startChild } from "./start-child.ts";

export type ObjectStoreOptions = { dir: string; port: number };

/** How to reach an S3 bucket. */
export type S3Access = {
  endpoint: string;
  region: string;
  bucket: string;
  access_key_id: string;
  secret_access_key: string;
};

/** An S3 server on 127.0.0.1 from npm, started, with its bucket made. */
export async function startObjectStore(options: ObjectStoreOptions, log: LogFile): Promise<Child & { s3: S3Access }> {
  const child = await startChild(await objectStoreChild(options), log);
  return { ...child, s3: objectStoreAccess(options.port) };
}

/** The only key s3rver knows; it checks no signatures anyway, which is why it listens on loopback alone. */
export function objectStoreAccess(port: number): S3Access {
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket: "darkroom",
    access_key_id: "S3RVER",
    secret_access_key: "S3RVER",
  };
}

/** The same as a specification for the supervisor. */
export async function objectStoreChild(options: ObjectStoreOptions): Promise<ChildSpec> {
  await mkdir(options.dir, { recursive: true });
  const { endpoint, bucket } = objectStoreAccess(options.port);
  return {
    name: "object store",
    script: fileURLToPath(new URL("../bin/serve-objects.mjs", import.meta.url)),
    args: [JSON.stringify({ ...options, bucket })],
    env: { PATH: process.env.PATH ?? "" },
    // Without credentials s3rver answers 403 to a list of buckets: any answer means it serves.
    isReady: () => answersHttp(endpoint),
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 5_000,
  };
}
