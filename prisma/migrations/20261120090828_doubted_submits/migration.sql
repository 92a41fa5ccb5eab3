-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "doubted_at" TIMESTAMPTZ(3),
ADD COLUMN     "input_hash" BYTEA;

-- Few attempts are ever in doubt: the list of double charges prevented reads only those.
CREATE INDEX "attempts_doubted_partial" ON "attempts" ("doubted_at" DESC) WHERE "doubted_at" IS NOT NULL;

-- sweep: jobs that came back in line after a cancel had been asked for.
CREATE INDEX "jobs_queued_canceled_partial" ON "jobs" ("id") WHERE "state" = 'queued' AND "cancel_requested_at" IS NOT NULL;
