import { z } from "zod";
import { adminRoleSchema } from "./access.ts";
import { time } from "./paging.ts";
import { newPasswordSchema } from "./session.ts";

export const adminUserSchema = z
  .object({
    id: z.string().describe("usr_…"),
    email: z.string(),
    role: adminRoleSchema,
    can_see_payloads: z.boolean(),
    disabled_at: time.nullable(),
    created_at: time,
    last_login_at: time.nullable(),
  })
  .meta({ id: "AdminUser" });
export type AdminUser = z.infer<typeof adminUserSchema>;

/** GET /admin/api/users: few, so all at once. */
export const adminUserListSchema = z.object({ data: z.array(adminUserSchema) });

/** POST /admin/api/users */
export const createAdminUserSchema = z.strictObject({
  email: z.email().max(254),
  password: newPasswordSchema,
  role: adminRoleSchema,
  can_see_payloads: z.boolean().default(false),
});
export type CreateAdminUser = z.infer<typeof createAdminUserSchema>;

/** PATCH /admin/api/users/{id}. A new password, a lower role or `disabled` ends the user's sessions. */
export const updateAdminUserSchema = z.strictObject({
  role: adminRoleSchema.optional(),
  can_see_payloads: z.boolean().optional(),
  disabled: z.boolean().optional(),
  password: newPasswordSchema.optional(),
});
export type UpdateAdminUser = z.infer<typeof updateAdminUserSchema>;

/** A key for automation: the same routes with `Authorization: Bearer dka_…`, without session or CSRF token. */
export const adminKeySchema = z
  .object({
    id: z.string().describe("adk_…"),
    name: z.string(),
    prefix: z.string().describe("Its first characters."),
    role: adminRoleSchema,
    can_see_payloads: z.boolean(),
    created_at: time,
    expires_at: time.nullable(),
    revoked_at: time.nullable(),
    last_used_at: time.nullable(),
  })
  .meta({ id: "AdminKey" });
export type AdminKey = z.infer<typeof adminKeySchema>;

/** GET /admin/api/admin-keys */
export const adminKeyListSchema = z.object({ data: z.array(adminKeySchema) });

/** POST /admin/api/admin-keys */
export const createAdminKeySchema = z.strictObject({
  name: z.string().min(1).max(100),
  role: adminRoleSchema,
  can_see_payloads: z.boolean().default(false),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});

export const adminKeyCreatedSchema = z
  .object({ admin_key: adminKeySchema, key: z.string().describe("dka_…; shown this once.") })
  .meta({ id: "AdminKeyCreated" });
