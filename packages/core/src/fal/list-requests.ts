import { z } from "zod";
import { callFal, type Fal } from "./call-fal.ts";
import { requestIdSchema } from "./submit-request.ts";

/** fal: platform API, "List requests by endpoint". Only what we read. */
const pageSchema = z.object({
  items: z.array(z.object({ request_id: requestIdSchema, sent_at: z.string(), json_input: z.unknown().optional() })),
  next_cursor: z.string().nullish(),
});

export type ListedRequest = { requestId: string; input: unknown };

/** fal allows 100 a page; five pages are more submits than an account makes within the minutes we ask about. */
const pageSize = 100;
const pagesMax = 5;

/**
 * The requests fal has of ours for a model within a time range, with their inputs: how a submit whose reply was lost is found.
 * Null if fal cannot be asked, e.g. because the key lacks the scope. fal lists requests once they have ended.
 */
export async function listRequests(
  fal: Fal,
  range: { model: string; from: Date; to: Date },
): Promise<ListedRequest[] | null> {
  const found: ListedRequest[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < pagesMax; page += 1) {
    const answer = await readPage(fal, range, cursor ?? null);
    if (!answer) return null;
    found.push(...answer.items.map((item) => ({ requestId: item.request_id, input: item.json_input })));
    cursor = answer.next_cursor;
    if (!cursor) break;
  }
  return found;
}

async function readPage(fal: Fal, range: { model: string; from: Date; to: Date }, cursor: string | null) {
  const url = new URL("https://api.fal.ai/v1/models/requests/by-endpoint");
  const { model, from, to } = range;
  const query = {
    endpoint_id: model,
    start: from.toISOString(),
    end: to.toISOString(),
    expand: "payloads",
    limit: `${pageSize}`,
  };
  for (const [name, value] of Object.entries({ ...query, ...(cursor ? { cursor } : {}) }))
    url.searchParams.set(name, value);
  const reply = await callFal(fal, { name: "list", timeoutMs: fal.requestTimeoutMs }, async (_client, fetchFal) =>
    (await fetchFal(url, { headers: { authorization: `Key ${fal.key}`, accept: "application/json" } })).json(),
  );
  const parsed = reply.kind === "ok" ? pageSchema.safeParse(reply.value) : null;
  return parsed?.success ? parsed.data : null;
}
