/** `npm run chaos -- --jobs 2000 --seconds 120 --seed 7 --backend redis|postgres`: prepares the clone, compiles the suite, runs it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { orExplain, prepare, root, Unprepared } from "./prepare.mjs";

await orExplain(async () => {
  await prepare();
  // Not a workspace: nothing imports it, and it may import everything.
  const compiled = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "e2e/chaos/tsconfig.json"], {
    cwd: root,
    encoding: "utf8",
  });
  if (compiled.status !== 0) throw new Unprepared(`${compiled.stdout}${compiled.stderr}`);
  const file = join(root, "e2e", "chaos", "dist", "main.js");
  process.argv = [process.execPath, file, ...process.argv.slice(2)];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(file).href);
});
