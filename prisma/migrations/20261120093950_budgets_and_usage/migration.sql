-- CreateEnum
CREATE TYPE "budget_period" AS ENUM ('day', 'month');

-- CreateTable
CREATE TABLE "budgets" (
    "id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "api_key_id" TEXT,
    "period" "budget_period" NOT NULL,
    "limit_micros" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "budgets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "budget_uses" (
    "budget_id" TEXT NOT NULL,
    "starts_at" TIMESTAMPTZ(3) NOT NULL,
    "used_micros" BIGINT NOT NULL,
    "alerted_percent" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "budget_uses_pkey" PRIMARY KEY ("budget_id","starts_at")
);

-- CreateTable
CREATE TABLE "usage_entries" (
    "id" BIGSERIAL NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "api_key_id" TEXT,
    "model" TEXT NOT NULL,
    "tags" TEXT[],
    "state" "job_state" NOT NULL,
    "cost_micros" BIGINT NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_days" (
    "tenant_id" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "dimension" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "succeeded" INTEGER NOT NULL DEFAULT 0,
    "failed" INTEGER NOT NULL DEFAULT 0,
    "canceled" INTEGER NOT NULL DEFAULT 0,
    "cost_micros" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "usage_days_pkey" PRIMARY KEY ("tenant_id","day","dimension","value")
);

-- CreateIndex
CREATE INDEX "budgets_tenant_id_idx" ON "budgets"("tenant_id");

-- AddForeignKey
ALTER TABLE "budget_uses" ADD CONSTRAINT "budget_uses_budget_id_fkey" FOREIGN KEY ("budget_id") REFERENCES "budgets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Below: what Prisma's schema cannot express.

-- One budget per tenant (or key) and period.
CREATE UNIQUE INDEX "budgets_scope_expr" ON "budgets" ("tenant_id", "api_key_id", "period") NULLS NOT DISTINCT;

ALTER TABLE "budgets" ADD CONSTRAINT "budgets_limit_check" CHECK ("limit_micros" >= 0);
ALTER TABLE "budget_uses" ADD CONSTRAINT "budget_uses_used_check" CHECK ("used_micros" >= 0);
