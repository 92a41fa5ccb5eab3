import { parseCommandLine } from "./cli/parse-command-line.ts";
import { startFalEmulator } from "./start-fal-emulator.ts";

const emulator = await startFalEmulator(parseCommandLine(process.argv));
process.stdout.write(`${JSON.stringify({ event: "ready", url: emulator.url, port: emulator.port })}\n`);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void emulator.stop().then(() => process.exit(0)));
}
