import { falOutput } from "@darkroom/contract/models/output";

/** The URL (or data URI) of the picture at `index` in fal's own bytes: a webhook body, or a result. Null if there is none. */
export function imageUrlAt(text: string, index: number): string | null {
  const body = parse(text);
  const output = falOutput.safeParse(isWebhook(body) ? body.payload : body);
  return output.success ? (output.data.images[index]?.url ?? null) : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isWebhook(body: unknown): body is { payload: unknown } {
  return typeof body === "object" && body !== null && "payload" in body;
}
