/** A local server that does not answer its health question in this time is not ready. */
const timeoutMs = 2_000;

/** True if something answers at `url`; with `status`, if it answers with exactly that. */
export async function answersHttp(url: string, status?: number): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    await response.body?.cancel();
    return status === undefined || response.status === status;
  } catch {
    return false;
  }
}
