import { askTestServers } from "./ask-test-servers.ts";

export type TestDatabase = { url: string; drop(): Promise<void> };

/**
 * A database of its own for one test file: a copy of a migrated template on a real Postgres, in some 50 ms.
 * `from: "empty"` for tests of the migrations themselves.
 */
export async function cloneDatabase(options: { from?: "migrated" | "empty" } = {}): Promise<TestDatabase> {
  const { url } = await askTestServers<{ url: string }>("POST", `/databases?name=${options.from ?? "migrated"}`);
  const name = new URL(url).pathname.slice(1);
  return { url, drop: () => askTestServers<undefined>("DELETE", `/databases?name=${name}`).then(() => {}) };
}
