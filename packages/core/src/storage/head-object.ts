import { HeadObjectCommand } from "@aws-sdk/client-s3";
import type { Storage } from "./s3.ts";
import { isMissing } from "./storage-error.ts";

export type ObjectHead =
  | { outcome: "found"; bytes: number | undefined; contentType: string | undefined }
  | { outcome: "missing" };

/** What S3 says about an object without sending it. */
export async function headObject(
  storage: Storage,
  options: { key: string; signal?: AbortSignal },
): Promise<ObjectHead> {
  const command = new HeadObjectCommand({ Bucket: storage.bucket, Key: options.key });
  try {
    const answer = await storage.client.send(command, { abortSignal: options.signal });
    return { outcome: "found", bytes: answer.ContentLength, contentType: answer.ContentType };
  } catch (error) {
    if (isMissing(error)) return { outcome: "missing" };
    throw error;
  }
}
