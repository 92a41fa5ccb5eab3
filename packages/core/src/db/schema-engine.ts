import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";

export type SchemaEngine = bindings.SchemaEngine;

/** Nothing is managed outside Prisma, as far as Prisma is concerned: BullMQ's tables are in a Postgres schema of their own. */
export const noFilters: bindings.SchemaFilter = { externalTables: [], externalEnums: [] };

/** TypeScript knows WebAssembly only from the DOM library, which server code does without. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: Record<string, unknown>): Promise<{ instance: { exports: WasmExports } }>;
};
type WasmExports = { __wbindgen_start(): void };

/**
 * Of the whole process, however often this module is loaded (vitest does so once per project): the package keeps one instance, and
 * what a former one left behind would call into the new one's memory, which ends the process.
 */
const loadedOnce = globalThis as { darkroomSchemaEngine?: Promise<void> };

/**
 * Prisma's schema engine as WebAssembly: the same migrations as `prisma migrate`, without the binary that Prisma's CLI
 * downloads from outside npm. The package's own entry imports the .wasm as a module, which Node 20 cannot: hence by hand.
 */
export async function openSchemaEngine(adapterFactory: SqlMigrationAwareDriverAdapterFactory): Promise<SchemaEngine> {
  loadedOnce.darkroomSchemaEngine ??= load();
  await loadedOnce.darkroomSchemaEngine;
  return bindings.SchemaEngine.new(
    { datamodels: undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(adapterFactory),
  );
}

async function load(): Promise<void> {
  // Not import.meta.resolve: vitest's globalSetup, which makes the template database, does not have it.
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const wasm = await readFile(join(dirname(entry), "schema_engine_bg.wasm"));
  const { instance } = await WebAssembly.instantiate(wasm, { "./schema_engine_bg.js": bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}
