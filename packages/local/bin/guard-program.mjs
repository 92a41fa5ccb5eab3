/**
 * Runs a foreign program (Postgres, Redis) that cannot notice the loss of its parent, and stops it when ours is lost.
 * One argument: JSON {"file", "args", "uid"?, "gid"?, "stopSignal"}. Ends as the program ended.
 */
import { spawn } from "node:child_process";

const { file, args, uid, gid, stopSignal } = JSON.parse(process.argv[2]);
const program = spawn(file, args, { stdio: ["ignore", "inherit", "inherit"], uid, gid });
const stop = () => program.kill(stopSignal);

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, stop);
process.on("disconnect", stop);
program.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});
program.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
