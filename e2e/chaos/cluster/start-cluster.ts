import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { appChild } from "@darkroom/local/app-child";
import { builtEntries } from "@darkroom/local/entries";
import { openLog } from "@darkroom/local/open-log";
import { pickPort } from "@darkroom/local/pick-port";
import { startChild } from "@darkroom/local/start-child";
import { postgresUrl } from "@darkroom/local/start-postgres";
import { type Customers, startCustomers } from "../customers/start-customers.ts";
import { planBudgets } from "../plan/plan-budgets.ts";
import { type Backend, type ProcessName, processNames, type ServerName } from "../plan/plan-faults.ts";
import { keysPerTenant, tenantCount } from "../plan/plan-intents.ts";
import { type AppAddresses, appEnv } from "./app-env.ts";
import { connectInTurn, connectTo } from "./connect-to.ts";
import { type Kept, keepRunning } from "./keep-running.ts";
import { type Link, openLink } from "./open-link.ts";
import { runCli } from "./run-cli.ts";
import { startServers } from "./start-servers.ts";

export type Cluster = {
  backend: Backend;
  apps: Record<ProcessName, Kept>;
  servers: Partial<Record<ServerName, Kept>>;
  links: { process: ProcessName; server: ServerName; link: Link }[];
  /** The way of fal's webhooks to our api processes: a load balancer. */
  entrance: Link;
  /** For clients: each api process by itself. */
  apiUrls: string[];
  /** For the gathering of records and for switching faults: past all links. */
  direct: { databaseUrl: string; redisPort: number; s3Url: string; bucket: string; falUrl: string };
  /** By tenant, then key. */
  apiKeys: string[][];
  customers: Customers;
  /** Takes effect when the process starts the next time. */
  skewClock(process: ProcessName, skewMs: number): void;
  stopApps(): Promise<Partial<Record<ProcessName, string>>>;
  stop(): Promise<void>;
};

export type ClusterOptions = { dir: string; backend: Backend; seed: number; jobs: number; say(line: string): void };

/** Starts the whole stack of built processes in a temporary home, with a breakable link on every path between them. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { backend, dir, say } = options;
  const password = randomBytes(8).toString("hex");
  const falKey = `chaos:${randomBytes(8).toString("hex")}`;
  const ports = await pickPorts(["postgres", "redis", "s3", "fal"] as const);
  const servers = await startServers({ ...options, password, falKey, ports });
  const stopServers = () => Promise.all(Object.values(servers).map((server) => server.stop()));
  const links = await openLinks(backend, ports);
  const appPorts = await pickPorts(processNames);
  const publicPort = await pickPort();
  const apiPorts = [appPorts["api-1"], appPorts["api-2"]];
  const entrance = await openLink({ port: publicPort, connect: connectInTurn(apiPorts) });
  const at: AppAddresses = {
    ...{ backend, password, falKey, publicPort, secret: randomBytes(24).toString("hex") },
    linkPort: (process, server) => portOf(links, process, server),
    appPort: (process) => appPorts[process],
  };
  const databaseUrl = postgresUrl({ port: ports.postgres, password });
  const skews = new Map<ProcessName, number>();
  const made = await makeTenants(databaseUrl, options);
  const apiKeys = made.map((keys) => keys.map(({ key }) => key));
  const apps = await startApps({ dir, at, skews, say });
  const apiUrls = apiPorts.map((port) => `http://127.0.0.1:${port}`);
  const customers = await startCustomers(options.seed);
  await customers.register({ url: apiUrls[0] as string, keys: apiKeys.map(([first]) => first as string) });
  const stopApps = async () => {
    const ends = processNames.map(async (name) => {
      const exit = await apps[name].stop();
      return [name, exit ? (exit.signal ?? String(exit.code)) : "was down"] as const;
    });
    return Object.fromEntries(await Promise.all(ends));
  };
  return {
    ...{ backend, apps, servers, links, entrance, apiKeys, apiUrls, customers, stopApps },
    direct: {
      databaseUrl,
      redisPort: ports.redis,
      s3Url: `http://127.0.0.1:${ports.s3}`,
      bucket: "darkroom",
      falUrl: `http://127.0.0.1:${ports.fal}`,
    },
    skewClock: (process, skewMs) => void skews.set(process, skewMs),
    stop: async () => {
      await stopApps();
      await stopServers();
      await customers.close();
      await Promise.all([entrance, ...links.map(({ link }) => link)].map((link) => link.close()));
    },
  };
}

async function pickPorts<Name extends string>(names: readonly Name[]): Promise<Record<Name, number>> {
  const picked = await Promise.all(names.map(async (name) => [name, await pickPort()] as const));
  return Object.fromEntries(picked) as Record<Name, number>;
}

async function openLinks(backend: Backend, ports: Record<ServerName, number>): Promise<Cluster["links"]> {
  const servers = (["postgres", "redis", "s3", "fal"] as const).filter(
    (name) => name !== "redis" || backend === "redis",
  );
  const pairs = processNames.flatMap((process) => servers.map((server) => ({ process, server })));
  return Promise.all(
    pairs.map(async (pair) => ({
      ...pair,
      link: await openLink({ port: await pickPort(), connect: () => connectTo(ports[pair.server]) }),
    })),
  );
}

function portOf(links: Cluster["links"], process: ProcessName, server: ServerName): number {
  const found = links.find((each) => each.process === process && each.server === server);
  if (!found) throw new Error(`There is no link from ${process} to ${server}.`);
  return found.link.port;
}

type ApiKey = { id: string; key: string };

/** Tenants with their keys and budgets, as an operator makes them. */
async function makeTenants(databaseUrl: string, { jobs }: { jobs: number }): Promise<ApiKey[][]> {
  await runCli(databaseUrl, "migrate");
  const names = Array.from({ length: tenantCount }, (_, index) => `tenant-${index + 1}`);
  const made = await Promise.all(names.map((name) => makeTenant(databaseUrl, name)));
  for (const { tenant, apiKey, period, limitMicros } of planBudgets({ jobs })) {
    const key = apiKey === null ? [] : ["--key", made[tenant]?.[apiKey]?.id ?? ""];
    const limit = ["--period", period, "--usd", (limitMicros / 1e6).toFixed(6)];
    await runCli(databaseUrl, "budget", "set", "--tenant", names[tenant] as string, ...key, ...limit);
  }
  return made;
}

async function makeTenant(databaseUrl: string, name: string): Promise<ApiKey[]> {
  await runCli(databaseUrl, "tenant", "create", name);
  const keys: ApiKey[] = [];
  while (keys.length < keysPerTenant) {
    keys.push((await runCli(databaseUrl, "key", "create", "--tenant", name)) as ApiKey);
  }
  return keys;
}

async function startApps(options: {
  dir: string;
  at: AppAddresses;
  skews: ReadonlyMap<ProcessName, number>;
  say(line: string): void;
}): Promise<Record<ProcessName, Kept>> {
  const { at, dir, say, skews } = options;
  const start = async (name: ProcessName) => {
    const kind = name.startsWith("api") ? "api" : "worker";
    const log = openLog(join(dir, "logs", `${name}.log`));
    const startOne = () => {
      const env = appEnv(name, at, skews.get(name) ?? 0);
      const isReady = () => asksReady(at.appPort(name), log.write);
      return startChild({ ...appChild(kind, builtEntries[kind], env), name, isReady }, log);
    };
    return [name, await keepRunning(name, startOne, { say })] as const;
  };
  return Object.fromEntries(await Promise.all(processNames.map(start))) as Record<ProcessName, Kept>;
}

const readyTimeoutMs = 2_000;

/** What a process says of itself while it is not ready goes to its log: the end of that is told when its start fails. */
async function asksReady(port: number, write: (line: string) => void): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(readyTimeoutMs);
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal });
    const answer = await response.text();
    if (response.status !== 200) write(`not ready: ${response.status} ${answer}\n`);
    return response.status === 200;
  } catch (error) {
    // Refused is what everybody says who has not begun to listen.
    if ((error as Error).name === "TimeoutError") write("not ready: no answer\n");
    return false;
  }
}
