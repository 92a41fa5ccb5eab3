-- AlterTable
ALTER TABLE "tenants" ADD COLUMN     "turn" DOUBLE PRECISION NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "queue_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "dispatch_state" (
    "id" INTEGER NOT NULL,
    "turn" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "tokens" DOUBLE PRECISION NOT NULL DEFAULT 1,
    "tokens_at" TIMESTAMPTZ(3) NOT NULL,
    "slowed_to" DOUBLE PRECISION,
    "blocked_until" TIMESTAMPTZ(3),
    "paused_at" TIMESTAMPTZ(3),

    CONSTRAINT "dispatch_state_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "circuits" (
    "scope" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "opened_at" TIMESTAMPTZ(3),
    "probe_at" TIMESTAMPTZ(3),
    "reason" TEXT,

    CONSTRAINT "circuits_pkey" PRIMARY KEY ("scope")
);

-- Below: what Prisma's schema cannot express.

-- Long ago: the bucket is full at the first dispatch, whatever clock that goes by.
INSERT INTO "dispatch_state" ("id", "tokens_at") VALUES (1, 'epoch');

-- A point of priority is a head start of a minute: a low priority waits longer, but never for ever.
UPDATE "jobs" SET "queue_at" = coalesce("run_at", "created_at") - "priority" * interval '60 seconds'
  WHERE "state" = 'queued' AND "due_at" <= now();

-- dispatch: the lines. A line is a tenant's jobs for one model, so that a model that has no room holds up nothing else.
CREATE INDEX "jobs_line_partial" ON "jobs" ("tenant_id", "model", "queue_at", "id") WHERE "state" = 'queued' AND "queue_at" IS NOT NULL;
DROP INDEX "jobs_backlog_partial";

-- dispatch: jobs whose time to stand in line has come.
CREATE INDEX "jobs_scheduled_partial" ON "jobs" ("due_at") WHERE "state" = 'queued' AND "queue_at" IS NULL;
DROP INDEX "jobs_queued_due_partial";

ALTER TABLE "tenants" ADD CONSTRAINT "tenants_weight_check" CHECK ("weight" > 0);
ALTER TABLE "jobs" ADD CONSTRAINT "jobs_queue_check" CHECK ("queue_at" IS NULL OR "state" = 'queued');
