import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultSubject } from "../faults/fault-book.ts";

export interface StoredFile {
  name: string;
  contentType: string;
  size: number;
  /** null when the bytes lie in the directory. */
  bytes: Buffer | null;
  /** Bytes counted against `bytesMax`: 0 for a picture many files share. */
  weight: number;
  expiresAt: Date | null;
  /** The request it came from, for media faults; null for uploads. */
  subject: FaultSubject | null;
  /** Answers given in place of the file so far, by `media_404` and `media_503`. */
  failures: number;
}

export interface FileStore {
  /** In order of their last reading: what nobody has read for longest goes first when it is full. fal keeps uploads for a week at least,
   * and callers count on it. */
  byName: Map<string, StoredFile>;
  dir: string | null;
  bytes: number;
  bytesMax: number;
}

/** Flat pictures weigh nothing, so entries are bounded too. */
const FILES_MAX = 200_000;

const CONTENT_TYPES: Record<string, string> = {
  png: "image/png",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  webp: "image/webp",
  gif: "image/gif",
};

/** With `dir`, files outlive a restart; without it they live in memory. */
export function openFileStore(dir: string | null, bytesMax: number): FileStore {
  const store: FileStore = { byName: new Map(), dir: dir && join(dir, "files"), bytes: 0, bytesMax };
  if (!store.dir) return store;
  mkdirSync(store.dir, { recursive: true });
  const found = readdirSync(store.dir).map((name) => ({ name, stat: statSync(join(store.dir ?? "", name)) }));
  for (const { name, stat } of found.sort((one, other) => one.stat.mtimeMs - other.stat.mtimeMs)) {
    const contentType = CONTENT_TYPES[name.split(".").pop() ?? ""] ?? "application/octet-stream";
    const kept = { bytes: null, weight: stat.size, expiresAt: null, subject: null, failures: 0 };
    store.byName.set(name, { name, contentType, size: stat.size, ...kept });
    store.bytes += stat.size;
  }
  return store;
}

interface NewFile {
  /** Reserved by `newFileName`. */
  name: string;
  contentType: string;
  bytes: Buffer;
  expiresAt: Date | null;
  subject: FaultSubject | null;
  /** The bytes are a cached picture: neither written to disk nor counted. */
  cached?: boolean;
}

export function storeFile(store: FileStore, file: NewFile): StoredFile {
  const { cached = false, bytes, ...rest } = file;
  const onDisk = store.dir !== null && !cached;
  if (store.dir && onDisk) writeFileSync(join(store.dir, file.name), bytes);
  const weight = cached ? 0 : bytes.length;
  const stored = { ...rest, size: bytes.length, bytes: onDisk ? null : bytes, weight, failures: 0 };
  store.byName.set(stored.name, stored);
  store.bytes += weight;
  makeRoom(store);
  return stored;
}

function makeRoom(store: FileStore): void {
  for (const file of store.byName.values()) {
    if (store.bytes <= store.bytesMax && store.byName.size <= FILES_MAX) return;
    // A single file larger than the store is still served once.
    if (store.byName.size === 1) return;
    dropFile(store, file);
  }
}

export function dropFile(store: FileStore, file: StoredFile): void {
  store.byName.delete(file.name);
  store.bytes -= file.weight;
  if (store.dir && !file.bytes) rmSync(join(store.dir, file.name), { force: true });
}

export function clearFiles(store: FileStore): void {
  for (const file of [...store.byName.values()]) dropFile(store, file);
}

export function readFile(store: FileStore, file: StoredFile): Buffer {
  if (store.byName.delete(file.name)) store.byName.set(file.name, file);
  return file.bytes ?? readFileSync(join(store.dir ?? "", file.name));
}

/** A name no file had before, safe in URLs and on disk. */
export function newFileName(tail: string): string {
  const safe = tail.replace(/[^A-Za-z0-9._-]/g, "_").slice(-80);
  return `${randomBytes(12).toString("hex")}${safe.startsWith(".") ? "" : "_"}${safe}`;
}

/** fal's own form is `https://v3b.fal.media/files/b/<hash>/<name>`. */
export function fileUrl(base: string, name: string): string {
  return `${base}/fal.media/files/b/${name}`;
}
