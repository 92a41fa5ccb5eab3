import { countPrevented, listDoubted } from "@darkroom/core/jobs/list-doubted";
import { Command } from "commander";
import type { AnswerWith } from "./run-cli.ts";

/** Submits whose reply was lost, newest first; more than a person reads at once. */
const shownMax = 100;

export function listDoubtedCommand(answer: AnswerWith): Command {
  return new Command("double-charges")
    .description("Lists submits whose reply was lost: those fal had would have been paid for twice by a blind retry.")
    .option("--json", "print one JSON object")
    .action((options: { json?: boolean }) =>
      answer(options.json, async ({ db }) => {
        const [prevented, doubted] = await Promise.all([countPrevented(db), listDoubted(db, { limit: shownMax })]);
        const lines = doubted.map(
          (submit) =>
            `${submit.doubtedAt.toISOString()}  ${submit.jobId}  attempt ${submit.attempt}  ${submit.prevented ? "prevented" : "open"}`,
        );
        const data = doubted.map((submit) => ({
          job_id: submit.jobId,
          attempt: submit.attempt,
          request_id: submit.requestId,
          doubted_at: submit.doubtedAt.toISOString(),
          prevented: submit.prevented,
        }));
        return { json: { prevented, data }, text: [`Double charges prevented: ${prevented}`, ...lines].join("\n") };
      }),
    );
}
