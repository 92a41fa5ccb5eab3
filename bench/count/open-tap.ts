import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP way to a local server on which what clients send is looked at and nothing is changed. */
export type Tap = { port: number; close(): void };

/** `onConnection` answers what is to be called with every piece that this client sends. */
export async function openTap(serverPort: number, onConnection: () => (piece: Buffer) => void): Promise<Tap> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    const look = onConnection();
    keep(client);
    keep(upstream);
    client.on("data", look);
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, close };
}
