import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { type OrphanReason, orphanReasons } from "../verdict/explain-orphans.ts";
import type { Verdict } from "../verdict/judge.ts";
import { deadlyRules } from "../verdict/violation.ts";
import { isClean, type Result } from "./result.ts";

/** One page that says what was done to Darkroom and what came of it, in Markdown. */
export function writeCertificate(file: string, run: { result: Result; verdict: Verdict; seconds: number }): void {
  writeFileSync(file, `${describe(run).join("\n")}\n`);
}

function describe({ result, verdict, seconds }: { result: Result; verdict: Verdict; seconds: number }): string[] {
  const rerun = `npm run chaos -- --jobs ${result.jobs_accepted} --seconds ${result.seconds} --seed ${result.seed} --backend ${result.backend}`;
  return [
    "# Chaos certificate",
    "",
    isClean(result)
      ? `**Nothing was lost and nothing was paid for twice**: ${result.jobs_accepted} accepted jobs, ${result.seconds} seconds of faults.`
      : "**Promises were broken**: see the lines that are not 0.",
    "",
    ...table(["", ""], facts(result, seconds)),
    "",
    "## Result",
    "",
    "Compared: what clients were told, Postgres, fal's own ledger, and every object in the bucket.",
    "",
    ...table(["", "count", "must be 0"], results(result)),
    "",
    `Orphan objects: ${describeOrphans(verdict)}.`,
    "",
    "## Faults that struck",
    "",
    ...table(
      ["fault", "times"],
      Object.entries(result.faults).map(([name, count]) => [name, String(count)]),
    ),
    "",
    `Again: \`${rerun}\``,
  ];
}

function facts(result: Result, seconds: number): string[][] {
  return [
    ["version", version()],
    ["date", new Date().toISOString()],
    ["seed", String(result.seed)],
    ["queue", result.backend],
    ["faults for", `${result.seconds} s, all at rest after ${seconds} s`],
    [
      "machine",
      `${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`,
    ],
    ["Node", process.version],
  ];
}

function results(result: Result): string[][] {
  return Object.entries(result)
    .filter(([name, value]) => typeof value === "number" && name !== "seed" && name !== "seconds")
    .map(([name, value]) => [name, String(value), (deadlyRules as readonly string[]).includes(name) ? "yes" : ""]);
}

function describeOrphans({ orphans }: Verdict): string {
  const found = (Object.keys(orphanReasons) as OrphanReason[]).filter((reason) => orphans[reason].length > 0);
  return found.map((reason) => `${orphans[reason].length} × ${orphanReasons[reason]}`).join("; ") || "none";
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** The commit where there is git, else the package's version. */
function version(): string {
  const root = new URL("../../../../", import.meta.url);
  try {
    const options = { cwd: root, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync("git", ["describe", "--always", "--dirty", "--tags"], options).trim();
  } catch {
    return (JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as { version: string }).version;
  }
}
