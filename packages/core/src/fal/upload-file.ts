import { z } from "zod";
import { callFal, type Fal, type FalReply } from "./call-fal.ts";

/** Uploads bytes to fal's storage and returns the URL its models can fetch. Files above 90 MiB go in parts (the client's way). */
export async function uploadFile(
  fal: Fal,
  file: { bytes: Uint8Array<ArrayBuffer>; contentType: string; name: string },
): Promise<FalReply<string>> {
  const blob = new File([file.bytes], file.name, { type: file.contentType });
  const reply = await callFal(fal, { name: "upload", timeoutMs: fal.submitTimeoutMs }, (client) =>
    client.storage.upload(blob),
  );
  if (reply.kind !== "ok") return reply;
  const url = z.url().safeParse(reply.value);
  return url.success ? { ...reply, value: url.data } : { kind: "lost", reason: "fal's upload reply names no URL" };
}
