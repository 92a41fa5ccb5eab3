-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "input_key" BYTEA;

-- Where a job that asks for `reuse` finds those that have succeeded.
CREATE INDEX "jobs_input_key_partial" ON "jobs"("tenant_id", "input_key", "finished_at" DESC) WHERE "state" = 'succeeded' AND "input_key" IS NOT NULL;
