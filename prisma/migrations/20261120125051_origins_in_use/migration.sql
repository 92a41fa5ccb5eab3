ALTER TABLE "endpoints" ADD COLUMN     "used_until" TIMESTAMPTZ(3);

-- sweep: origins that no job names any more. A small table: one row per endpoint and per origin.
CREATE INDEX "endpoints_used_partial" ON "endpoints" ("used_until") WHERE "kind" = 'job_url';
