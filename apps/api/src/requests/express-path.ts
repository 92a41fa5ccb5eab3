/** `/v1/jobs/{id}` as Express writes it; `{id*}` takes slashes too. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\*\}/g, "*$1").replace(/\{(\w+)\}/g, ":$1");
}

/** As OpenAPI writes it. */
export function openApiPath(path: string): string {
  return path.replace(/\*\}/g, "}");
}
