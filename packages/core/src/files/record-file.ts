import type { Db } from "../db/database.ts";
import type { File } from "../generated/prisma/client.ts";

export type NewFile = {
  id: string;
  tenantId: string;
  key: string;
  contentType: string;
  bytes: number;
  sha256: string;
  width: number;
  height: number;
};

/** Pictures that are in storage become files of their tenant. */
export async function recordFiles(db: Db, files: readonly NewFile[], now: Date): Promise<void> {
  if (files.length === 0) return;
  await db.file.createMany({ data: files.map((file) => ({ ...file, createdAt: now })) });
}

/** One of them, as a row. */
export function recordFile(db: Db, file: NewFile, now: Date): Promise<File> {
  return db.file.create({ data: { ...file, createdAt: now } });
}
