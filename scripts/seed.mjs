/**
 * `npm run seed -- --jobs 1000000 [--tenants 12] [--days 60]`: fills a database with plausible jobs of the past, for looking at the
 * dashboard, and for benches. Into DATABASE_URL, or else that of the stack that runs in $DARKROOM_HOME (.darkroom).
 * Outputs have no objects in S3, so their pictures are missing; nothing is dispatched. Not to be undone: never into production.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { orExplain, prepare, root, Unprepared } from "./prepare.mjs";

const options = {
  jobs: { type: "string", default: "10000" },
  tenants: { type: "string", default: "12" },
  days: { type: "string", default: "60" },
};

await orExplain(async () => {
  const { values } = readArguments();
  const [jobs, tenants, days] = ["jobs", "tenants", "days"].map((name) => readCount(name, values[name]));
  if (tenants < 2) throw new Unprepared("--tenants: at least 2, one of which has the line.");
  await prepare();
  const { findDatabaseUrl } = await built("apps/cli/dist/find-database-url.js");
  const { migrate } = await built("packages/core/dist/db/migrate.js");
  const { seedJobs } = await built("packages/testing/dist/seed-jobs.js");
  const found = findDatabaseUrl({ env: process.env, cwd: process.cwd() });
  if (found.outcome !== "found") throw new Unprepared(found.reason);
  await migrate(found.url);
  const startedAt = performance.now();
  const progress = (done, what) => process.stdout.write(`\r${String(done).padStart(10)} ${what}   `);
  await seedJobs(found.url, { jobs, tenants, days, now: new Date(), progress });
  console.log(`\n${jobs} jobs in ${Math.round((performance.now() - startedAt) / 1000)} s.`);
  process.exit(0);
});

function readArguments() {
  try {
    return parseArgs({ options });
  } catch (error) {
    throw new Unprepared(`${error.message}\nUsage: npm run seed -- --jobs 1000000 [--tenants 12] [--days 60]`);
  }
}

function readCount(name, text) {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 100_000_000) throw new Unprepared(`--${name}: a whole number.`);
  return count;
}

function built(path) {
  return import(pathToFileURL(join(root, path)).href);
}
