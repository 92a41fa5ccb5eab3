import { readOptions, usage } from "./read-options.ts";
import { isClean } from "./report/result.ts";
import { readVersion, writeCertificate } from "./report/write-certificate.ts";
import { runChaos } from "./run-chaos.ts";

/** `npm run chaos`: progress on stderr, the result as the last line of stdout. Exit code 1 if a promise was broken. */
const startedAt = performance.now();

function say(line: string): void {
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6);
  process.stderr.write(`${seconds} s  ${line}\n`);
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const version = readVersion();
  const run = await runChaos(options, say);
  const { result, verdict, evidence } = run;
  if (options.certificate) writeCertificate(options.certificate, { version, options, ...run });
  say(`notes: ${JSON.stringify(verdict.notes)}`);
  for (const { rule, what, jobId } of verdict.violations.slice(0, 20)) say(`BROKEN ${rule}: ${what} ${jobId ?? ""}`);
  if (evidence) say(`evidence: ${evidence}`);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return isClean(result) ? 0 : 1;
}

const exitCode = await main().catch((error: Error) => {
  process.stderr.write(`${error.stack}\nUsage: ${usage}\n`);
  return 2;
});
// Whatever a start that broke off has left running ends with us (packages/local, exit-with-parent.mjs).
process.exit(exitCode);
