import type { S3Access } from "@darkroom/local/start-object-store";
import { askTestServers } from "./ask-test-servers.ts";

/** A bucket of its own for one test file, on a real S3 protocol server. */
export function createBucket(): Promise<S3Access> {
  return askTestServers<S3Access>("POST", "/buckets");
}
