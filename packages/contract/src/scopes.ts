import { z } from "zod";

/** What an API key may do. */
export const scopes = ["jobs:read", "jobs:write", "files:write", "endpoints:read", "endpoints:write"] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = z.infer<typeof scopeSchema>;
