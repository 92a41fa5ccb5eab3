import type { File } from "@darkroom/contract/files";
import type { File as FileRow } from "../generated/prisma/client.ts";
import type { Links } from "../links.ts";

/** A file as the API shows it. */
export function toWireFile(row: FileRow, links: Links): File {
  return {
    id: row.id,
    url: links.fileUrl(row.id),
    content_type: row.contentType,
    bytes: Number(row.bytes),
    sha256: row.sha256,
    width: row.width,
    height: row.height,
    created_at: row.createdAt.toISOString(),
  };
}
