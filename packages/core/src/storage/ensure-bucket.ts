import { CreateBucketCommand, HeadBucketCommand } from "@aws-sdk/client-s3";
import type { Storage } from "./s3.ts";
import { statusOf } from "./storage-error.ts";

/** Makes the bucket if it is missing. For servers of one's own: production buckets are made by people, with their policies. */
export async function ensureBucket(storage: Storage): Promise<void> {
  if (await bucketExists(storage)) return;
  const command = new CreateBucketCommand({ Bucket: storage.bucket, ...(await locationOf(storage)) });
  try {
    await storage.client.send(command);
  } catch (error) {
    // Another process may have been quicker; servers have several words for that.
    if (!(await bucketExists(storage))) throw error;
  }
}

async function bucketExists({ client, bucket }: Storage): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

/** us-east-1 is the one region that must not be named (AWS: CreateBucket). */
async function locationOf({ client }: Storage) {
  const region = await client.config.region();
  if (region === "us-east-1") return {};
  return { CreateBucketConfiguration: { LocationConstraint: region as "eu-central-1" } };
}
