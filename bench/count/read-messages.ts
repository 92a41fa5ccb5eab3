/** One message of a PostgreSQL client (PostgreSQL manual, 54.7): its type letter, and what comes after type and length. */
export type OnMessage = (type: string, body: Buffer) => void;

/** The first messages have no type letter: a wish for TLS or GSSAPI, answered by one byte, and then the startup itself. */
const wishes = new Set([80_877_103, 80_877_104]);

/** Cuts the stream of one client into messages. */
export function readMessages(onMessage: OnMessage): (piece: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let typeBytes: 0 | 1 = 0;
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    for (let end = endOfFirst(rest, typeBytes); end !== null; end = endOfFirst(rest, typeBytes)) {
      if (typeBytes === 1) onMessage(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, end));
      else if (!wishes.has(rest.readInt32BE(4))) typeBytes = 1;
      rest = rest.subarray(end);
    }
  };
}

/** Where the first message ends; null while it has not come whole. */
function endOfFirst(bytes: Buffer, typeBytes: 0 | 1): number | null {
  if (bytes.length < typeBytes + 4) return null;
  const end = typeBytes + bytes.readInt32BE(typeBytes);
  return bytes.length < end ? null : end;
}
