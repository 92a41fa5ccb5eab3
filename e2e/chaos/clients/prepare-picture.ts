import { createHash } from "node:crypto";
import { makePng } from "@darkroom/core/storage/make-test-picture";
import type { IntendedJob } from "../plan/plan-intents.ts";
import { type Caller, callApi } from "./call-api.ts";

/** The picture field of a job, its file uploaded if it is one. Null when the run is over before that. */
export async function preparePicture(
  caller: Caller,
  tenant: number,
  job: IntendedJob,
): Promise<Record<string, string> | null> {
  if (job.picture === "none") return {};
  if (job.picture === "url") return { image_url: "https://example.com/picture.png" };
  const bytes = Uint8Array.from(makePng({ width: 64, height: 48, bytes: 4_000 }));
  if (job.picture === "data_uri") {
    return { image_url: `data:image/png;base64,${Buffer.from(bytes).toString("base64")}` };
  }
  const fileId = await upload(caller, tenant, bytes);
  return fileId === null ? null : { image_url: fileId };
}

async function upload(caller: Caller, tenant: number, bytes: Uint8Array<ArrayBuffer>): Promise<string | null> {
  const request = { method: "POST", path: "/v1/files", body: bytes, headers: { "content-type": "image/png" } } as const;
  const reply = await callApi(caller, request);
  if (!reply) return null;
  const { id, sha256 } = reply.body as { id?: string; sha256?: string };
  const sent = createHash("sha256").update(bytes).digest("hex");
  if (reply.status !== 201 || !id || sha256 !== sent) {
    note(
      caller,
      "an upload was not taken as it was sent",
      `${reply.status} ${JSON.stringify(reply.body).slice(0, 300)}`,
    );
    return null;
  }
  caller.notebook.files.push({ fileId: id, tenant, sha256: sent });
  return id;
}

function note({ notebook }: Caller, what: string, detail: string): void {
  notebook.surprises.push({ what, detail, at: new Date().toISOString() });
}
