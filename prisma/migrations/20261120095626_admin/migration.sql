-- CreateEnum
CREATE TYPE "stats_grain" AS ENUM ('minute', 'hour', 'day');

-- CreateEnum
CREATE TYPE "admin_role" AS ENUM ('viewer', 'operator', 'admin');

-- CreateEnum
CREATE TYPE "audit_outcome" AS ENUM ('done', 'refused', 'failed');

-- CreateEnum
CREATE TYPE "bulk_action" AS ENUM ('cancel', 'retry');

-- CreateEnum
CREATE TYPE "bulk_state" AS ENUM ('running', 'finished', 'stopped');

-- AlterTable
ALTER TABLE "outputs" ADD COLUMN     "thumb_key" TEXT;

-- AlterTable
ALTER TABLE "files" ADD COLUMN     "thumb_key" TEXT;

-- AlterTable
ALTER TABLE "usage_entries" ADD COLUMN     "copying_ms" BIGINT,
ADD COLUMN     "error_code" TEXT,
ADD COLUMN     "fal_ms" BIGINT,
ADD COLUMN     "waiting_ms" BIGINT;

-- CreateTable
CREATE TABLE "stats" (
    "grain" "stats_grain" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "dimension" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "succeeded" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "canceled" INTEGER NOT NULL DEFAULT 0,
    "cost_micros" BIGINT NOT NULL DEFAULT 0,
    "reserved_micros" BIGINT NOT NULL DEFAULT 0,
    "freed_micros" BIGINT NOT NULL DEFAULT 0,
    "times" JSONB NOT NULL DEFAULT '{}',
    "in_flight_max" INTEGER,
    "waiting_max" INTEGER,

    CONSTRAINT "stats_pkey" PRIMARY KEY ("grain","dimension","at","value")
);

-- CreateTable
CREATE TABLE "roll_ups" (
    "name" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "fence_id" BIGINT,
    "fence_xid" BIGINT,

    CONSTRAINT "roll_ups_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "admin_users" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" "admin_role" NOT NULL,
    "can_see_payloads" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "last_login_at" TIMESTAMPTZ(3),

    CONSTRAINT "admin_users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_sessions" (
    "id" TEXT NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "admin_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_keys" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "prefix" TEXT NOT NULL,
    "role" "admin_role" NOT NULL,
    "can_see_payloads" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "admin_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "login_throttles" (
    "key" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "blocked_until" TIMESTAMPTZ(3),

    CONSTRAINT "login_throttles_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "audit_entries" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "outcome" "audit_outcome" NOT NULL,
    "target_kind" TEXT,
    "target_id" TEXT,
    "tenant_id" TEXT,
    "detail" JSONB NOT NULL DEFAULT '{}',
    "request_id" TEXT,
    "address" TEXT,

    CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "version" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "consumed" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bulk_operations" (
    "id" TEXT NOT NULL,
    "action" "bulk_action" NOT NULL,
    "state" "bulk_state" NOT NULL,
    "filter" JSONB NOT NULL,
    "job_ids" TEXT[],
    "per_second" INTEGER NOT NULL,
    "seen_id" TEXT NOT NULL,
    "seen_at" TIMESTAMPTZ(3),
    "searched" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "skipped" INTEGER NOT NULL DEFAULT 0,
    "refused" INTEGER NOT NULL DEFAULT 0,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "stop_requested_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "bulk_operations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "admin_users_email_key" ON "admin_users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "admin_sessions_token_hash_key" ON "admin_sessions"("token_hash");

-- CreateIndex
CREATE INDEX "admin_sessions_user_id_idx" ON "admin_sessions"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "admin_keys_hash_key" ON "admin_keys"("hash");

-- CreateIndex
CREATE INDEX "audit_entries_target_id_id_idx" ON "audit_entries"("target_id", "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_actor_id_id_idx" ON "audit_entries"("actor_id", "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_action_id_idx" ON "audit_entries"("action", "id" DESC);

-- CreateIndex
CREATE INDEX "audit_entries_tenant_id_id_idx" ON "audit_entries"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "jobs_model_id_idx" ON "jobs"("model", "id" DESC);

-- AddForeignKey
ALTER TABLE "admin_sessions" ADD CONSTRAINT "admin_sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "admin_users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Below: what Prisma's schema cannot express.

-- Job list by status and by error: written once per job, at its end; most jobs are in neither.
CREATE INDEX "jobs_ended_badly_partial" ON "jobs" ("state", "id" DESC) WHERE "state" IN ('failed', 'canceled');
CREATE INDEX "jobs_error_partial" ON "jobs" ("error_code", "id" DESC) WHERE "error_code" IS NOT NULL;
CREATE INDEX "jobs_tenant_error_partial" ON "jobs" ("tenant_id", "error_code", "id" DESC) WHERE "error_code" IS NOT NULL;

-- worker: bulk operations to go on with.
CREATE INDEX "bulk_operations_due_partial" ON "bulk_operations" ("due_at") WHERE "state" = 'running';
ALTER TABLE "bulk_operations" ADD CONSTRAINT "bulk_operations_due_check" CHECK (("due_at" IS NOT NULL) = ("state" = 'running'));

ALTER TABLE "admin_users" ADD CONSTRAINT "admin_users_email_check" CHECK ("email" = lower("email"));

-- The spend roll-up begins where the ledger is now: what was reserved before stands in the first run's sums, made once here.
INSERT INTO "roll_ups" ("name", "position") SELECT 'spend', coalesce(max("id"), 0) FROM "spend_entries";
INSERT INTO "stats" ("grain", "at", "dimension", "value", "reserved_micros", "freed_micros")
  SELECT 'day', date_trunc('day', r."created_at", 'UTC'), d."dimension", d."value", sum(r."amount_micros"),
         sum(CASE WHEN e."id" IS NULL THEN 0 ELSE r."amount_micros" END)
  FROM "spend_entries" r JOIN "jobs" j ON j."id" = r."job_id"
    LEFT JOIN "spend_entries" e ON e."job_id" = r."job_id" AND e."round" = r."round" AND e."kind" <> 'reserve'
    CROSS JOIN LATERAL (VALUES ('total', ''), ('model', j."model"), ('tenant', r."tenant_id")) d("dimension", "value")
  WHERE r."kind" = 'reserve' GROUP BY 2, 3, 4;
