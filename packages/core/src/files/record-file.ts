import type { Database, Db } from "../db/database.ts";
import type { File } from "../generated/prisma/client.ts";
import { adoptObjects } from "../loose-objects/adopt-objects.ts";

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

/** Pictures that were announced and are in storage become files of their tenant. In a transaction: both, or none. */
export async function recordFiles(db: Db, files: readonly NewFile[], now: Date): Promise<void> {
  if (files.length === 0) return;
  await db.file.createMany({ data: files.map((file) => ({ ...file, createdAt: now })) });
  await adoptObjects(
    db,
    files.map(({ key }) => key),
  );
}

/** One of them, as a row. */
export function recordFile(db: Database, file: NewFile, now: Date): Promise<File> {
  return db.$transaction(async (tx) => {
    await adoptObjects(tx, [file.key]);
    return tx.file.create({ data: { ...file, createdAt: now } });
  });
}
