-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "job_state" AS ENUM ('queued', 'submitting', 'submitted', 'copying', 'succeeded', 'failed', 'canceled');

-- CreateEnum
CREATE TYPE "charged" AS ENUM ('yes', 'no', 'unknown');

-- CreateEnum
CREATE TYPE "submit_outcome" AS ENUM ('accepted', 'rejected', 'not_sent', 'unknown');

-- CreateEnum
CREATE TYPE "receipt_source" AS ENUM ('webhook', 'poll');

-- CreateEnum
CREATE TYPE "receipt_verdict" AS ENUM ('applied', 'incomplete', 'late', 'contradictory');

-- CreateEnum
CREATE TYPE "spend_kind" AS ENUM ('reserve', 'settle', 'release');

-- CreateTable
CREATE TABLE "tenants" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "paused_at" TIMESTAMPTZ(3),
    "weight" INTEGER NOT NULL DEFAULT 1,
    "in_flight_max" INTEGER,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "prefix" TEXT NOT NULL,
    "scopes" TEXT[],
    "rate_per_minute" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "jobs" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "api_key_id" TEXT,
    "batch_id" TEXT,
    "model" TEXT NOT NULL,
    "input" JSONB,
    "state" "job_state" NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "priority" INTEGER NOT NULL DEFAULT 0,
    "run_at" TIMESTAMPTZ(3),
    "deadline_at" TIMESTAMPTZ(3),
    "attempt" INTEGER NOT NULL DEFAULT 0,
    "attempts_max" INTEGER NOT NULL,
    "step_tries" INTEGER NOT NULL DEFAULT 0,
    "round" INTEGER NOT NULL DEFAULT 1,
    "sent_at" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),
    "max_cost_micros" BIGINT,
    "reserved_micros" BIGINT NOT NULL,
    "cost_micros" BIGINT,
    "charged" "charged",
    "error" JSONB,
    "error_code" TEXT,
    "seed" BIGINT,
    "tags" TEXT[],
    "metadata" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "submitted_at" TIMESTAMPTZ(3),
    "generated_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "batches" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "items" JSONB NOT NULL,

    CONSTRAINT "batches_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "attempts" (
    "id" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "token" TEXT NOT NULL,
    "request_id" TEXT,
    "gateway_request_id" TEXT,
    "outcome" "submit_outcome",
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "accepted_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "http_status" INTEGER,
    "error_code" TEXT,
    "error_message" TEXT,
    "billable_units" DECIMAL(65,30),

    CONSTRAINT "attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fal_receipts" (
    "id" TEXT NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "source" "receipt_source" NOT NULL,
    "verdict" "receipt_verdict" NOT NULL,
    "ok" BOOLEAN NOT NULL,
    "body_hash" BYTEA NOT NULL,
    "body_bytes" INTEGER NOT NULL,
    "body" BYTEA,
    "body_key" TEXT,
    "headers" JSONB NOT NULL DEFAULT '{}',
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "seen" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "fal_receipts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outputs" (
    "id" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "source_url" TEXT,
    "nsfw" BOOLEAN,
    "key" TEXT,
    "content_type" TEXT,
    "width" INTEGER,
    "height" INTEGER,
    "bytes" BIGINT,
    "sha256" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "stored_at" TIMESTAMPTZ(3),

    CONSTRAINT "outputs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "files" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "content_type" TEXT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "fal_url" TEXT,
    "fal_url_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "erased_at" TIMESTAMPTZ(3),

    CONSTRAINT "files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "timeline" (
    "seq" BIGSERIAL NOT NULL,
    "job_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "timeline_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "events" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "job_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "spend_entries" (
    "id" BIGSERIAL NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "round" INTEGER NOT NULL,
    "kind" "spend_kind" NOT NULL,
    "amount_micros" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "spend_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_keys" (
    "tenant_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "resource_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY ("tenant_id","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenants_name_key" ON "tenants"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "api_keys_tenant_id_idx" ON "api_keys"("tenant_id");

-- CreateIndex
CREATE INDEX "jobs_tenant_id_id_idx" ON "jobs"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_tenant_id_state_id_idx" ON "jobs"("tenant_id", "state", "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_batch_id_id_idx" ON "jobs"("batch_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_token_key" ON "attempts"("token");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_request_id_key" ON "attempts"("request_id");

-- CreateIndex
CREATE UNIQUE INDEX "attempts_job_id_number_key" ON "attempts"("job_id", "number");

-- CreateIndex
CREATE INDEX "fal_receipts_attempt_id_idx" ON "fal_receipts"("attempt_id");

-- CreateIndex
CREATE UNIQUE INDEX "fal_receipts_request_id_body_hash_key" ON "fal_receipts"("request_id", "body_hash");

-- CreateIndex
CREATE UNIQUE INDEX "outputs_job_id_index_key" ON "outputs"("job_id", "index");

-- CreateIndex
CREATE INDEX "files_tenant_id_id_idx" ON "files"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "timeline_job_id_seq_idx" ON "timeline"("job_id", "seq");

-- CreateIndex
CREATE INDEX "events_tenant_id_id_idx" ON "events"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "spend_entries_tenant_id_created_at_idx" ON "spend_entries"("tenant_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "spend_entries_job_id_round_kind_key" ON "spend_entries"("job_id", "round", "kind");

-- CreateIndex
CREATE INDEX "idempotency_keys_created_at_idx" ON "idempotency_keys"("created_at");

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "attempts" ADD CONSTRAINT "attempts_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "fal_receipts" ADD CONSTRAINT "fal_receipts_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outputs" ADD CONSTRAINT "outputs_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "jobs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "files" ADD CONSTRAINT "files_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Below: what Prisma's schema cannot express.

-- dispatch: the next jobs of a tenant, and which tenants have a backlog.
CREATE INDEX "jobs_backlog_partial" ON "jobs" ("tenant_id", "priority" DESC, "id") WHERE "state" = 'queued';

-- dispatch counts slots from rows: a few dozen entries however long the history.
CREATE INDEX "jobs_in_flight_partial" ON "jobs" ("tenant_id", "model") WHERE "state" IN ('submitting', 'submitted');

-- sweep: rows nobody looks after.
CREATE INDEX "jobs_due_partial" ON "jobs" ("due_at") WHERE "state" IN ('submitting', 'submitted', 'copying');

-- sweep: queued jobs that could start, and those whose deadline has passed.
CREATE INDEX "jobs_queued_due_partial" ON "jobs" ("due_at") WHERE "state" = 'queued';
CREATE INDEX "jobs_queued_deadline_partial" ON "jobs" ("deadline_at") WHERE "state" = 'queued';

-- filters of the job list; most jobs have neither tags nor metadata, and then cost these indexes nothing.
CREATE INDEX "jobs_tags_partial" ON "jobs" USING gin ("tags") WHERE "tags" <> '{}';
CREATE INDEX "jobs_metadata_partial" ON "jobs" USING gin ("metadata" jsonb_path_ops) WHERE "metadata" <> '{}';

-- A final job needs no attention, any other has a time for it: no job can be forgotten.
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_due_check"
  CHECK (("due_at" IS NULL) = ("state" IN ('succeeded', 'failed', 'canceled')));

-- Every final job says whether it was charged.
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_charged_check"
  CHECK (("charged" IS NOT NULL) = ("state" IN ('succeeded', 'failed', 'canceled')));
