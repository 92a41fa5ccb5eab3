/**
 * Where a call meant for fal goes. Without a base URL: to fal. With one, `https://queue.fal.run/x` becomes
 * `{base}/queue.fal.run/x`, so that one port can play all of fal's hosts (the emulator, or a recording proxy).
 * Addresses already under the base (fal's own replies name them) stay as they are.
 */
export function rewriteFalUrl(url: string, baseUrl: string | undefined): string {
  if (!baseUrl || url.startsWith(`${baseUrl}/`)) return url;
  const { host, pathname, search } = new URL(url);
  return `${baseUrl}/${host}${pathname}${search}`;
}
