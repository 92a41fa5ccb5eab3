import { createServer } from "node:net";
import getPort from "get-port";

/** A free TCP port of 127.0.0.1: the wanted one if it is free, else one that nobody else in this process was given. */
export async function pickPort(wanted?: number): Promise<number> {
  if (wanted && (await isFree(wanted))) return wanted;
  return getPort({ host: "127.0.0.1", reserve: true });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
