/** The status of S3's answer, if an answer is what failed. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}

/** True if S3 says that the object does not exist. HEAD has no body, so there only the status tells. */
export function isMissing(error: unknown): boolean {
  return (error as { name?: string } | undefined)?.name === "NoSuchKey" || statusOf(error) === 404;
}

/** What went wrong in S3's words: `SlowDown (503)`, `AccessDenied (403)`, `ECONNREFUSED`. Messages may name keys: left out. */
export function describeStorageError(error: unknown): string {
  const { name, code } = error as { name?: string; code?: unknown };
  const status = statusOf(error);
  if (status !== undefined) return `${name} (${status})`;
  return typeof code === "string" ? code : (name ?? "unknown");
}
