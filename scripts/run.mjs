/** `node scripts/run.mjs demo|start|cli|build [arguments]`: prepares the clone, then becomes the named program. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { orExplain, prepare, root, Unprepared } from "./prepare.mjs";

const programs = {
  demo: "packages/local/dist/demo.js",
  start: "packages/local/dist/start.js",
  cli: "apps/cli/dist/main.js",
  build: undefined,
};

await orExplain(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  if (!(name in programs)) throw new Unprepared(`Usage: node scripts/run.mjs ${Object.keys(programs).join("|")}`);
  await prepare();
  const program = programs[name];
  if (!program) return;
  // In this process: there is then nobody in between who would have to pass on signals and exit codes.
  const file = join(root, program);
  process.argv = [process.execPath, file, ...args];
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(file).href);
});
