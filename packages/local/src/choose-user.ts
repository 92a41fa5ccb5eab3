import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Postgres refuses to run as root. As root we run it as the user `postgres`, or else `nobody`: no user is created.
 * `reach: "capability"` means that this user may not enter some folder on the way (a clone under /root, say, which is
 * 0700): then it is started with the one capability that lets it.
 */
export type RunAs = { kind: "self" } | { kind: "user"; name: string; uid: number; gid: number; reach: Reach };
type Reach = "plain" | "capability";
type User = { name: string; uid: number; gid: number };

export function chooseUser(options: { programFile: string; dataDir: string }): RunAs {
  if (process.getuid?.() !== 0) return { kind: "self" };
  const user = ownerOf(options.dataDir) ?? findUser("postgres") ?? findUser("nobody");
  if (!user) throw new Error("Postgres cannot run as root, and there is neither a user `postgres` nor `nobody`.");
  const open = mayExecute(user, options.programFile) && mayEnter(user, dirname(options.dataDir));
  return { kind: "user", ...user, reach: open ? "plain" : "capability" };
}

export type Command = { file: string; args: string[]; uid?: number; gid?: number };

export function commandAs(runAs: RunAs, file: string, args: string[]): Command {
  if (runAs.kind === "self") return { file, args };
  const { uid, gid } = runAs;
  if (runAs.reach === "plain") return { file, args, uid, gid };
  // no_setuid_fixup lets access(2), by which Postgres looks for its own files, see the capability too (capabilities(7)).
  // setpriv belongs to util-linux, which Debian, Ubuntu, Fedora and their images always have.
  const capability = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"];
  return {
    file: "setpriv",
    args: [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...capability, file, ...args],
  };
}

/** Data that exist stay with their owner, whichever users the machine has gained since. */
function ownerOf(dataDir: string): User | undefined {
  const stat = statSync(dataDir, { throwIfNoEntry: false });
  return stat && stat.uid !== 0 ? { name: `uid ${stat.uid}`, uid: stat.uid, gid: stat.gid } : undefined;
}

function findUser(name: string): User | undefined {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { name, uid: Number(uid), gid: Number(gid) } : undefined;
}

/** The program may be run and every folder above it entered. */
function mayExecute(user: User, file: string): boolean {
  accessSync(file, constants.F_OK);
  return hasSearchBit(user, file) && mayEnter(user, dirname(file));
}

function mayEnter(user: User, folder: string): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat && !hasSearchBit(user, folder)) return false;
  const parent = dirname(folder);
  return parent === folder || mayEnter(user, parent);
}

function hasSearchBit(user: User, path: string): boolean {
  const { mode, uid, gid } = statSync(path);
  if (uid === user.uid) return (mode & 0o100) !== 0;
  if (gid === user.gid) return (mode & 0o010) !== 0;
  return (mode & 0o001) !== 0;
}
