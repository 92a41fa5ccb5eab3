/** `npm run bench -- [--quick] [--only NAME]`: prepares the clone, compiles the bench and runs it. See bench/README.md. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { orExplain, prepare, root, Unprepared } from "./prepare.mjs";

await orExplain(async () => {
  await prepare();
  const schema = "bench/peers/hand-rolled/schema.prisma";
  // Prisma would download this engine from outside the registry. `generate` does not run it: any file will do.
  run("prisma/build/index.js", ["generate", `--schema=${schema}`], { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath });
  // Not a workspace: nothing imports it, and it may import everything.
  run("typescript/bin/tsc", ["-p", "bench/tsconfig.json"]);
  const file = join(root, "bench", "dist", "main.js");
  process.argv = [process.execPath, file, ...process.argv.slice(2)];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(file).href);
});

function run(script, args, env = {}) {
  const quiet = { CHECKPOINT_DISABLE: "1", PRISMA_HIDE_UPDATE_MESSAGE: "1" };
  const done = spawnSync(process.execPath, [join("node_modules", script), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...quiet, ...env },
  });
  if (done.status !== 0) throw new Unprepared(`${done.stdout}${done.stderr}`);
}
