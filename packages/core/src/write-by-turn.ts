import type { DestinationStream } from "pino";

/**
 * The lines of one turn of the event loop leave together when it ends: under load a write costs more than a line. A process killed
 * in the middle of a turn takes the lines of that turn with it; one that ends by itself, however that comes, does not.
 */
export function writeByTurn(out: DestinationStream): DestinationStream {
  let lines = "";
  const leave = () => {
    const leaving = lines;
    lines = "";
    if (leaving) out.write(leaving);
  };
  process.once("exit", leave);
  return {
    write: (line) => {
      if (!lines) setImmediate(leave);
      lines += line;
    },
  };
}
