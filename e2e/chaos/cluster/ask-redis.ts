import { once } from "node:events";
import { connectTo } from "./connect-to.ts";

const timeoutMs = 2_000;

/** Sends one command without arguments that need quoting and answers the first bytes of the reply (RESP). */
export async function askRedis(port: number, command: string): Promise<string> {
  const socket = await connectTo(port);
  try {
    socket.write(`${command}\r\n`);
    const [reply] = (await once(socket, "data", { signal: AbortSignal.timeout(timeoutMs) })) as [Buffer];
    return reply.toString("utf8");
  } finally {
    socket.destroy();
  }
}
