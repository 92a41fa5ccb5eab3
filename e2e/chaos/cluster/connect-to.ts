import { connect, type Socket } from "node:net";

/** Connects to a port of this machine, or rejects. Half-open, so that an end on one side is passed on as just that. */
export function connectTo(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

/** Connects to the ports in turn, passing over those where nobody listens: a load balancer in little. */
export function connectInTurn(ports: readonly number[]): () => Promise<Socket> {
  let turn = 0;
  return async () => {
    turn += 1;
    for (let tries = 0; tries < ports.length; tries += 1) {
      const socket = await connectTo(ports[(turn + tries) % ports.length] as number).catch(() => undefined);
      if (socket) return socket;
    }
    throw new Error("nobody listens");
  };
}
