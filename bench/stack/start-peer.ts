import { randomBytes } from "node:crypto";
import { answersHttp } from "@darkroom/local/answers-http";
import { pickPort } from "@darkroom/local/pick-port";
import type { Bed } from "../bed.ts";
import type { PeerSettings } from "../peers/peer-settings.ts";
import { builtPeer } from "./bench-dir.ts";

export type Peer = { url: string; pid: number; stop(): Promise<void> };

/** Starts one of bench/peers as a process of its own. `port`: where it must be, if others are told beforehand. */
export async function startPeer(
  bed: Bed,
  name: string,
  settings: PeerSettings & { port?: number } = {},
): Promise<Peer> {
  const port = settings.port ?? (await pickPort());
  const url = `http://127.0.0.1:${port}`;
  const child = await bed.servers.start({
    name: `peer ${name.replaceAll("/", " ")} ${randomBytes(2).toString("hex")}`,
    script: builtPeer(name),
    args: [],
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      PEER_SETTINGS: JSON.stringify({ ...common(bed), ...settings, port }),
    },
    isReady: () => answersHttp(`${url}/ready`, 200),
    readyTimeoutMs: 30_000,
    stopTimeoutMs: 5_000,
  });
  return { url, pid: child.pid, stop: () => child.stop().then(() => undefined) };
}

function common({ servers }: Bed): PeerSettings {
  return { redisUrl: servers.redis?.url, s3: servers.s3, fal: { url: servers.fal.url, key: servers.fal.key } };
}
