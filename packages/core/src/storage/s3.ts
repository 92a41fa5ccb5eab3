import { S3Client } from "@aws-sdk/client-s3";
import type { Env } from "../env.ts";
import type { Log } from "../log.ts";

/** The way to the bucket: one per process, first argument of every verb in this folder. Close with `client.destroy()`. */
export type Storage = {
  client: S3Client;
  /** Signs links for readers, who may know S3 by another address; opens no connection. */
  presigner: S3Client;
  bucket: string;
};

export type StorageEnv = Pick<
  Env,
  | "S3_ENDPOINT"
  | "S3_PUBLIC_ENDPOINT"
  | "S3_REGION"
  | "S3_BUCKET"
  | "S3_ACCESS_KEY_ID"
  | "S3_SECRET_ACCESS_KEY"
  | "S3_FORCE_PATH_STYLE"
>;

/** A worker's default concurrency of 40 copies, each with an upload or a check under way, and room for the API's reads. */
const socketsMax = 64;
const connectTimeoutMs = 5_000;
/** No byte in either direction: the server has forgotten us. */
const idleTimeoutMs = 30_000;
/** From the first byte sent to the answer's headers; long, because a streamed upload lasts as long as its source. */
const requestTimeoutMs = 300_000;
/** Tries of one call, with the SDK's jittered backoff; streamed bodies are never repeated. */
const attemptsMax = 3;

/**
 * One configuration for AWS and for every server that speaks its protocol. Without WHEN_REQUIRED the SDK frames streamed bodies
 * as aws-chunked with a trailing checksum, which some servers refuse (501) and s3rver stores as part of the object. What was
 * stored is verified all the same (copy-url.ts), so nothing is lost on AWS either.
 */
export function createStorage(env: StorageEnv, options: { log?: Log } = {}): Storage {
  const client = makeClient(env, env.S3_ENDPOINT);
  const presigner = env.S3_PUBLIC_ENDPOINT ? makeClient(env, env.S3_PUBLIC_ENDPOINT) : client;
  if (options.log) logCalls(client, options.log);
  return { client, presigner, bucket: env.S3_BUCKET };
}

/**
 * The SDK warns on stderr, at its first client, that versions of 2027 will want a newer Node: ours is pinned, and an operator can
 * do nothing about it. Its own setting for that; whoever wants the warning sets it to "false".
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

function makeClient(env: StorageEnv, endpoint: string | undefined): S3Client {
  const agent = { keepAlive: true, maxSockets: socketsMax };
  return new S3Client({
    region: env.S3_REGION,
    forcePathStyle: env.S3_FORCE_PATH_STYLE ?? env.S3_ENDPOINT !== undefined,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Some servers and proxies never say 100 Continue, and the SDK opens a connection outside the pool for each such request.
    expectContinueHeader: false,
    maxAttempts: attemptsMax,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      socketTimeout: idleTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
    // The SDK's default prints to the console, e.g. for each streamed upload that fails.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    ...(endpoint ? { endpoint } : {}),
    ...credentialsOf(env),
  });
}

function credentialsOf({ S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey }: StorageEnv) {
  return accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {};
}

/** One line per try, without keys: they name tenants. */
function logCalls(client: S3Client, log: Log): void {
  client.middlewareStack.add(
    (next, context) => async (call) => {
      const startedAt = performance.now();
      const { hostname: host } = call.request as { hostname?: string };
      const write = (status: number | string | undefined) => {
        const ms = Math.round(performance.now() - startedAt);
        const isFine = typeof status === "number" && status < 400;
        log[isFine ? "debug" : "info"](
          { call: `s3.${context.commandName?.replace("Command", "")}`, host, status, ms },
          "s3 call",
        );
      };
      try {
        const result = await next(call);
        write((result.response as { statusCode?: number }).statusCode);
        return result;
      } catch (error) {
        write(
          (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? (error as Error).name,
        );
        throw error;
      }
    },
    { step: "deserialize", priority: "high", name: "darkroomLogCalls" },
  );
}
