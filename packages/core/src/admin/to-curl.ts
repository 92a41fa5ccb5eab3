import type { Job } from "../generated/prisma/client.ts";

/** The same job as a command for a shell; the key is left to the caller's own variable. */
export function toCurl(job: Pick<Job, "model" | "input" | "priority" | "tags" | "metadata">, baseUrl: string): string {
  const { model, input, priority, tags, metadata } = job;
  const body = {
    model,
    input,
    ...(priority === 0 ? {} : { priority }),
    ...(tags.length > 0 ? { tags } : {}),
    ...(Object.keys(metadata as object).length > 0 ? { metadata } : {}),
  };
  return [
    `curl ${quote(`${baseUrl}/v1/jobs`)}`,
    `-H "Authorization: Bearer $DARKROOM_KEY"`,
    `-H 'Content-Type: application/json'`,
    `-d ${quote(JSON.stringify(body, null, 2))}`,
  ].join(" \\\n  ");
}

/** For a POSIX shell: nothing in single quotes means anything but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
