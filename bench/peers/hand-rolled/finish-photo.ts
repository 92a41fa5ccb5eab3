import { need, type PeerSettings } from "../peer-settings.ts";
import { openBucket } from "../storage.ts";
import type { openPrisma } from "./open-prisma.ts";

/** After fal's webhook: the picture through memory into the bucket, the row, one POST to the customer. */
export function createFinisher(settings: PeerSettings, prisma: Awaited<ReturnType<typeof openPrisma>>) {
  const bucket = openBucket(settings);
  const customerUrl = need(settings.customerUrl);

  return async (id: string, sourceUrl: string | null): Promise<void> => {
    if (!sourceUrl) return;
    const image = await fetch(sourceUrl);
    const bytes = Buffer.from(await image.arrayBuffer());
    const objectKey = `photos/${id}.png`;
    await bucket.put(objectKey, bytes, image.headers.get("content-type") ?? "image/png");
    await prisma.photo.update({ where: { id }, data: { status: "stored", objectKey } });
    const body = JSON.stringify({ id, status: "stored" });
    const told = await fetch(customerUrl, { method: "POST", body, headers: { "content-type": "application/json" } });
    await told.text();
  };
}
