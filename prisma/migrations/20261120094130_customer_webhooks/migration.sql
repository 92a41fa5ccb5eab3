-- CreateEnum
CREATE TYPE "endpoint_kind" AS ENUM ('registered', 'job_url');

-- CreateEnum
CREATE TYPE "endpoint_state" AS ENUM ('enabled', 'paused', 'disabled');

-- CreateEnum
CREATE TYPE "fifo" AS ENUM ('none', 'job', 'endpoint');

-- CreateEnum
CREATE TYPE "delivery_state" AS ENUM ('pending', 'delivered', 'exhausted', 'canceled');

-- CreateEnum
CREATE TYPE "replay_state" AS ENUM ('running', 'finished', 'canceled');

-- CreateEnum
CREATE TYPE "signing_kind" AS ENUM ('hmac', 'ed25519');

-- DropIndex
DROP INDEX "events_tenant_id_id_idx";

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "webhook_endpoint_id" TEXT,
ADD COLUMN     "webhook_url" TEXT;

-- AlterTable
ALTER TABLE "batches" ADD COLUMN     "announced_at" TIMESTAMPTZ(3),
ADD COLUMN     "open" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "events" ADD COLUMN     "data" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "position" BIGINT;

-- CreateTable
CREATE TABLE "endpoints" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "kind" "endpoint_kind" NOT NULL,
    "url" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "events" TEXT[],
    "headers_sealed" TEXT,
    "header_names" TEXT[],
    "state" "endpoint_state" NOT NULL,
    "reason" TEXT,
    "disabled_at" TIMESTAMPTZ(3),
    "rate_per_second" INTEGER,
    "concurrency" INTEGER NOT NULL,
    "fifo" "fifo" NOT NULL,
    "ed25519" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "opened_at" TIMESTAMPTZ(3),
    "probe_at" TIMESTAMPTZ(3),
    "failing_since" TIMESTAMPTZ(3),
    "tokens" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "tokens_at" TIMESTAMPTZ(3) NOT NULL,
    "slowness" INTEGER NOT NULL DEFAULT 0,
    "slowness_at" TIMESTAMPTZ(3),
    "blocked_until" TIMESTAMPTZ(3),

    CONSTRAINT "endpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_secrets" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "endpoint_id" TEXT,
    "kind" "signing_kind" NOT NULL,
    "sealed" TEXT NOT NULL,
    "public_key" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "signing_secrets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" TEXT NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "url" TEXT,
    "replay_id" TEXT,
    "fifo_key" TEXT,
    "state" "delivery_state" NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "leased_until" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "status" INTEGER,
    "error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attempts" (
    "delivery_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "ms" INTEGER NOT NULL,
    "status" INTEGER,
    "error" TEXT,
    "body" TEXT,

    CONSTRAINT "delivery_attempts_pkey" PRIMARY KEY ("delivery_id","number")
);

-- CreateTable
CREATE TABLE "replays" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "only_failed" BOOLEAN NOT NULL,
    "state" "replay_state" NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_id" TEXT NOT NULL DEFAULT '',
    "created" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "replays_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "endpoints_tenant_id_id_idx" ON "endpoints"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "signing_secrets_endpoint_id_idx" ON "signing_secrets"("endpoint_id");

-- CreateIndex
CREATE INDEX "signing_secrets_tenant_id_idx" ON "signing_secrets"("tenant_id");

-- CreateIndex
CREATE INDEX "deliveries_tenant_id_id_idx" ON "deliveries"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "deliveries_endpoint_id_id_idx" ON "deliveries"("endpoint_id", "id" DESC);

-- CreateIndex
CREATE INDEX "deliveries_event_id_idx" ON "deliveries"("event_id");

-- CreateIndex
CREATE INDEX "replays_endpoint_id_id_idx" ON "replays"("endpoint_id", "id" DESC);

-- CreateIndex
CREATE INDEX "events_tenant_id_created_at_id_idx" ON "events"("tenant_id", "created_at", "id");

-- CreateIndex
CREATE INDEX "events_created_at_idx" ON "events"("created_at");

-- Below: what Prisma's schema cannot express.

-- sweep and claim: what an endpoint has to send.
CREATE INDEX "deliveries_due_partial" ON "deliveries" ("endpoint_id", "due_at") WHERE "state" = 'pending';

-- sweep: what could not be tried within its window.
CREATE INDEX "deliveries_age_partial" ON "deliveries" ("created_at") WHERE "state" = 'pending';

-- claim counts what is being sent from rows: a few entries however long the backlog.
CREATE INDEX "deliveries_leased_partial" ON "deliveries" ("endpoint_id", "leased_until") WHERE "leased_until" IS NOT NULL;

-- claim at FIFO endpoints: the first of each line. Others pay nothing for it.
CREATE INDEX "deliveries_fifo_partial" ON "deliveries" ("endpoint_id", "fifo_key", "seq") WHERE "state" = 'pending' AND "fifo_key" IS NOT NULL;

-- a replay's progress, and how much of it is under way.
CREATE INDEX "deliveries_replay_partial" ON "deliveries" ("replay_id", "state") WHERE "replay_id" IS NOT NULL;

-- the delivery log by job.
CREATE INDEX "events_job_partial" ON "events" ("job_id") WHERE "job_id" IS NOT NULL;

-- the feed: events in their order, and those that have no place in it yet.
CREATE UNIQUE INDEX "events_position_partial" ON "events" ("tenant_id", "position") WHERE "position" IS NOT NULL;
CREATE INDEX "events_unplaced_partial" ON "events" ("tenant_id", "created_at", "id") WHERE "position" IS NULL;
CREATE SEQUENCE "event_positions";

-- fan-out: a tenant's endpoints that may be told. One row per origin of its jobs' webhook_urls.
CREATE INDEX "endpoints_live_partial" ON "endpoints" ("tenant_id") WHERE "deleted_at" IS NULL AND "kind" = 'registered';
CREATE UNIQUE INDEX "endpoints_origin_partial" ON "endpoints" ("tenant_id", "url") WHERE "kind" = 'job_url';

-- sweep: replays to go on with, batches to announce.
CREATE INDEX "replays_running_partial" ON "replays" ("id") WHERE "state" = 'running';
CREATE INDEX "batches_completed_partial" ON "batches" ("id") WHERE "open" = 0 AND "announced_at" IS NULL;

-- A pending delivery has a time for it, any other needs no attention: none can be forgotten.
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_due_check" CHECK (("due_at" IS NOT NULL) = ("state" = 'pending'));
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_lease_check" CHECK ("leased_until" IS NULL OR "state" = 'pending');
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_pace_check" CHECK ("concurrency" > 0 AND ("rate_per_second" IS NULL OR "rate_per_second" > 0));

-- Batches from before: those that are done are not announced any more.
UPDATE "batches" SET "open" = (SELECT count(*) FROM "jobs" WHERE "jobs"."batch_id" = "batches"."id" AND "jobs"."state" NOT IN ('succeeded', 'failed', 'canceled'));
UPDATE "batches" SET "announced_at" = "created_at" WHERE "open" = 0;

-- Keys that could do everything still can.
UPDATE "api_keys" SET "scopes" = "scopes" || ARRAY['endpoints:read', 'endpoints:write']
  WHERE "scopes" @> ARRAY['jobs:read', 'jobs:write', 'files:write'] AND NOT "scopes" && ARRAY['endpoints:read', 'endpoints:write'];
