import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";

export function listAdminsCommand(answer: AnswerWith): Command {
  return new Command("list")
    .description("Lists the users of the dashboard.")
    .option("--json", "print one JSON object")
    .action((options: { json?: boolean }) =>
      answer(options.json, async ({ db }) => {
        const rows = await db.adminUser.findMany({ orderBy: { email: "asc" } });
        const data = rows.map(({ id, email, role, canSeePayloads, disabledAt, lastLoginAt }) => ({
          ...{ id, email, role },
          can_see_payloads: canSeePayloads,
          disabled_at: disabledAt?.toISOString() ?? null,
          last_login_at: lastLoginAt?.toISOString() ?? null,
        }));
        const lines = data.map(
          ({ id, email, role, disabled_at }) => `${id}  ${email}  ${role}${disabled_at ? "  disabled" : ""}`,
        );
        return { json: { data }, text: lines.join("\n") || "There are none: darkroom admin create EMAIL --role admin" };
      }),
    );
}
