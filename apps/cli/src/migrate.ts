import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";

/** Every command migrates first; this one does nothing else. */
export function migrateCommand(answer: AnswerWith): Command {
  return new Command("migrate")
    .description("Brings the database up to date.")
    .option("--json", "print one JSON object")
    .action((options: { json?: boolean }) =>
      answer(options.json, async ({ applied }) => ({
        json: { applied },
        text: applied.length > 0 ? applied.map((name) => `applied ${name}`).join("\n") : "The database is up to date.",
      })),
    );
}
