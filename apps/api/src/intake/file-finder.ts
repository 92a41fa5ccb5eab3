import type { Context } from "@darkroom/core/context";
import { readFile } from "@darkroom/core/files/read-file";
import type { File } from "@darkroom/core/generated/prisma/client";
import { isId } from "@darkroom/core/ids";

/** A tenant's files by id, each asked for once however many jobs of a batch name it. */
export type FileFinder = (id: string) => Promise<File | null>;

export function createFileFinder(context: Pick<Context, "db">, tenantId: string): FileFinder {
  const asked = new Map<string, Promise<File | null>>();
  return (id) => {
    if (!isId("file", id)) return Promise.resolve(null);
    const found = asked.get(id) ?? readFile(context.db, { id, tenantId });
    asked.set(id, found);
    return found;
  };
}
