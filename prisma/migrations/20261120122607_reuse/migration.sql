-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "reused_from" TEXT,
ADD COLUMN     "shares" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "reuses" (
    "job_id" TEXT NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "within_seconds" INTEGER NOT NULL,
    "leader_id" TEXT,

    CONSTRAINT "reuses_pkey" PRIMARY KEY ("job_id")
);

-- CreateIndex
CREATE INDEX "reuses_tenant_id_key_job_id_idx" ON "reuses"("tenant_id", "key", "job_id" DESC);

-- Few rows: jobs that wait for another one's images. The sweep finds those whose leader has ended.
CREATE INDEX "reuses_leader_partial" ON "reuses"("leader_id") WHERE "leader_id" IS NOT NULL;
