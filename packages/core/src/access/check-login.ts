import type { Database } from "../db/database.ts";
import type { AdminUser } from "../generated/prisma/client.ts";
import { normalEmail } from "./normal-email.ts";
import { nobodysHash, verifyPassword } from "./password.ts";

/** The user with this e-mail and password; null for every kind of wrong, after the same work. */
export async function checkLogin(
  db: Pick<Database, "adminUser">,
  login: { email: string; password: string },
): Promise<AdminUser | null> {
  const user = await db.adminUser.findUnique({ where: { email: normalEmail(login.email) } });
  const matches = await verifyPassword(login.password, user?.passwordHash ?? nobodysHash);
  return user && matches && user.disabledAt === null ? user : null;
}
