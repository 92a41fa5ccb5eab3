import { expect, test } from "vitest";
import { type FileStore, openFileStore, readFile, storeFile } from "./file-store.ts";

const bytes = Buffer.alloc(10);
const store = (files: FileStore, name: string) =>
  storeFile(files, { name, contentType: "image/png", bytes, expiresAt: null, subject: null });

test("a full store lets go of what nobody has read for longest", () => {
  const files = openFileStore(null, 30);
  const upload = store(files, "upload");
  store(files, "first result");
  store(files, "second result");
  readFile(files, upload);
  store(files, "third result");
  expect([...files.byName.keys()]).toEqual(["second result", "upload", "third result"]);
  expect(files.bytes).toBe(30);
});
