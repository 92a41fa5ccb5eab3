import { z } from "zod";

/** What an admin user or admin key may do; each role may do everything the ones before it may. docs/admin.md has the table. */
export const adminRoles = ["viewer", "operator", "admin"] as const;
export const adminRoleSchema = z.enum(adminRoles).meta({ id: "AdminRole" });
export type AdminRole = z.infer<typeof adminRoleSchema>;

/** Whether `role` may do what `needed` may. */
export function roleAllows(role: AdminRole, needed: AdminRole): boolean {
  return adminRoles.indexOf(role) >= adminRoles.indexOf(needed);
}

/** Every write from a browser session carries the session's csrf_token in it. Requests with an admin key need none. */
export const csrfHeader = "x-csrf-token";

/** What every admin key begins with. */
export const adminKeyStart = "dka_";
