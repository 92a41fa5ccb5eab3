import { CreateBucketCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import type { Storage } from "./s3.ts";
import { statusOf } from "./storage-error.ts";

/** Makes the bucket if it is missing. For servers of one's own: production buckets are made by people, with their policies. */
export async function ensureBucket(storage: Storage): Promise<void> {
  const { client, bucket: Bucket } = storage;
  const exists = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    (error: unknown) => {
      if (statusOf(error) === 404) return false;
      throw error;
    },
  );
  if (exists) return;
  await client.send(new CreateBucketCommand({ Bucket, ...(await locationOf(storage)) })).catch((error: Error) => {
    // Another process was quicker.
    if (error.name !== "BucketAlreadyOwnedByYou") throw error;
  });
}

/** us-east-1 is the one region that must not be named (AWS: CreateBucket). */
async function locationOf({ client }: Storage) {
  const region = await client.config.region();
  if (region === "us-east-1") return {};
  return { CreateBucketConfiguration: { LocationConstraint: region as "eu-central-1" } };
}
