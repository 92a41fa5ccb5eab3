import { randomBytes } from "node:crypto";
import { type AdminRole, adminRoles } from "@darkroom/contract/admin/access";
import { newPasswordSchema } from "@darkroom/contract/admin/session";
import { createAdminUser } from "@darkroom/core/access/create-admin-user";
import { updateAdminUser } from "@darkroom/core/access/update-admin-user";
import { writeAudit } from "@darkroom/core/audit/write-audit";
import type { AdminUser } from "@darkroom/core/generated/prisma/client";
import { Command, Option } from "commander";
import { z } from "zod";
import type { AnswerWith } from "./run-cli.ts";
import type { Outcome, Workplace, World } from "./with-database.ts";

type Options = { role: AdminRole; payloads?: boolean; resetPassword?: boolean; json?: boolean };

export function createAdminCommand(answer: AnswerWith, world: Pick<World, "env">): Command {
  return new Command("create")
    .description(
      "Makes a user of the dashboard. The password is ADMIN_PASSWORD, or else a new one that is printed once.",
    )
    .argument("<email>")
    .addOption(new Option("--role <role>", "what they may do").choices([...adminRoles]).makeOptionMandatory())
    .option("--payloads", "they may see prompts and pictures (admins always may)")
    .option("--reset-password", "if there is such a user already: let them in again, with this role and a new password")
    .option("--json", "print one JSON object")
    .action((email: string, options: Options) =>
      answer(options.json, (workplace) => create(workplace, email, options, world.env.ADMIN_PASSWORD)),
    );
}

/** 16 random bytes: nobody has to type it twice. */
const newPassword = () => randomBytes(16).toString("base64url");

async function create(
  { db, now }: Workplace,
  email: string,
  options: Options,
  given: string | undefined,
): Promise<Outcome> {
  if (!z.email().safeParse(email).success) return { refusal: `"${email}" is no e-mail address.` };
  const password = given || newPassword();
  if (!newPasswordSchema.safeParse(password).success)
    return { refusal: "ADMIN_PASSWORD must have 12 to 200 characters." };
  const { role } = options;
  const canSeePayloads = options.payloads ?? role === "admin";
  const made = await createAdminUser(db, { email, password, role, canSeePayloads, now });
  const { user } = made;
  if (made.outcome === "exists") {
    if (!options.resetPassword)
      return { refusal: `${user.email} exists already. Add --reset-password to let them in again.` };
    await updateAdminUser(db, user.id, { role, canSeePayloads, password, disabled: false }, now);
  }
  const actor = { kind: "cli", id: null, name: "darkroom admin create" } as const;
  const action = made.outcome === "exists" ? "user.update" : "user.create";
  const note = { target: { kind: "user", id: user.id }, detail: { role, can_see_payloads: canSeePayloads } };
  await writeAudit(db, { actor, action, now }, "done", note);
  return tell(user, role, given ? null : password);
}

function tell({ id, email }: AdminUser, role: AdminRole, password: string | null): Outcome {
  const shown = password === null ? "" : `\nPassword (shown this once): ${password}`;
  return {
    json: { id, email, role, ...(password === null ? {} : { password }) },
    text: `${id}  ${email}  ${role}${shown}`,
  };
}
