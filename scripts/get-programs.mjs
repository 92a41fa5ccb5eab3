/**
 * redis-server and Chromium for the tests that need them; they are not on npm. As root on Debian or Ubuntu they are installed
 * (saying so); never with sudo unasked. Otherwise their tests are skipped and one line says what was not run.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Package name on Debian, and the names a program goes by. The tests look for the same (packages/testing). */
const programs = [
  { title: "Redis", apt: "redis-server", commands: ["redis-server"], tests: "tests on Redis" },
  {
    title: "Chromium",
    apt: "chromium",
    commands: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    tests: "tests in a browser",
  },
];
const aptTimeoutMs = 600_000;

/** Answers one line for each program that is missing and could not be had. */
export function getPrograms() {
  const missing = programs.filter((program) => !isPresent(program));
  if (missing.length === 0) return [];
  if (mayInstall()) installAll(missing);
  return missing.filter((program) => !isPresent(program)).map(explain);
}

function isPresent({ commands }) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.some((folder) => commands.some((command) => isProgram(join(folder, command))));
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && isPresent({ commands: ["apt-get"] });
}

function explain({ title, apt, tests }) {
  return `${title} is not installed: ${tests} were not run (on Debian or Ubuntu: sudo apt-get install ${apt}).`;
}

function installAll(missing) {
  apt(["update"]);
  // One by one: Ubuntu has no Chromium but as a snap, and that must not keep Redis away.
  for (const { title, apt: name } of missing) {
    process.stderr.write(`installing ${title} for the tests (apt-get install ${name}) …\n`);
    withoutServices(() => apt(["install", "-y", "--no-install-recommends", name]));
  }
}

function apt(args) {
  const patience = ["-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120"];
  const result = spawnSync("apt-get", ["-q", ...patience, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    timeout: aptTimeoutMs,
  });
  if (result.status !== 0) process.stderr.write(`apt-get ${args.join(" ")} failed:\n${tail(result)}\n`);
}

function tail({ stdout, stderr, error }) {
  return `${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}`.trim().split("\n").slice(-5).join("\n");
}

/** The tests start their own Redis: Debian's is not to be started (policy-rc.d, invoke-rc.d(8)). */
function withoutServices(act) {
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  if (isOurs) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    act();
  } finally {
    if (isOurs) rmSync(policy, { force: true });
  }
}
