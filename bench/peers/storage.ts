import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { need, type PeerSettings } from "./peer-settings.ts";

/** The SDK as its documentation shows it, with the two settings that this S3 server needs (path style, no checksum framing). */
export function openBucket(settings: PeerSettings) {
  const s3 = need(settings.s3);
  const client = new S3Client({
    region: s3.region,
    endpoint: s3.endpoint,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    credentials: { accessKeyId: s3.access_key_id, secretAccessKey: s3.secret_access_key },
  });
  return {
    put: (Key: string, Body: PutBody, ContentType: string, ContentLength?: number) =>
      client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body, ContentType, ContentLength })),
  };
}

type PutBody = ConstructorParameters<typeof PutObjectCommand>[0]["Body"];
