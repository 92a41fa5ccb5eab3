import type { Request } from "express";

const metadataStart = "metadata.";

/** The query as an object; `metadata.KEY=VALUE` parameters become one `metadata`, because their names are the caller's. */
export function readQuery(request: Pick<Request, "query">): Record<string, unknown> {
  const entries = Object.entries(request.query);
  const metadata = entries.filter(([name]) => name.startsWith(metadataStart));
  const query = Object.fromEntries(entries.filter(([name]) => !name.startsWith(metadataStart)));
  if (metadata.length === 0) return query;
  const taken = metadata.map(([name, value]) => [name.slice(metadataStart.length), value]);
  return { ...query, metadata: Object.fromEntries(taken) };
}
