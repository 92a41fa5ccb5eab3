import { z } from "zod";
import { adminRoleSchema } from "./access.ts";
import { time } from "./paging.ts";

/** OWASP: 64 characters must be possible; the upper bound keeps a login from hashing a book. */
const passwordCharsMax = 200;
/** NIST 800-63B-4: 15 where a password is the only factor. */
const passwordCharsMin = 12;

export const newPasswordSchema = z.string().min(passwordCharsMin).max(passwordCharsMax);

/** POST /admin/api/session. Sets the session cookie. */
export const loginSchema = z.strictObject({
  email: z.string().min(1).max(254),
  password: z.string().min(1).max(passwordCharsMax),
});
export type Login = z.infer<typeof loginSchema>;

/** GET /admin/api/session, and the answer to a login: who is logged in, and what this installation has. */
export const adminSessionSchema = z
  .object({
    user: z
      .object({
        id: z.string(),
        email: z.string().describe("An admin key answers with its name."),
        role: adminRoleSchema,
        can_see_payloads: z.boolean().describe("False: prompts and pictures are left out of every answer."),
      })
      .describe("Who asks."),
    csrf_token: z.string().describe("Send it as X-CSRF-Token with every POST, PATCH and DELETE. Empty for admin keys."),
    expires_at: time.nullable().describe("When the session ends whatever happens; null for admin keys."),
    idle_seconds: z.int().describe("It ends earlier when nothing was asked for so long."),
    installation: z.object({
      version: z.string(),
      queue: z.enum(["redis", "postgres"]),
      public_url: z.string().nullable(),
      bull_board: z.boolean().describe("Whether /admin/queues shows bull-board (operators)."),
      fal_emulated: z.boolean().describe("FAL_BASE_URL is set: pictures are not from fal itself, and cost nothing."),
    }),
  })
  .meta({ id: "AdminSession" });
export type AdminSession = z.infer<typeof adminSessionSchema>;

/** POST /admin/api/session/password: one's own. Ends every other session of this user. */
export const changePasswordSchema = z.strictObject({
  current_password: z.string().min(1).max(passwordCharsMax),
  new_password: newPasswordSchema,
});
