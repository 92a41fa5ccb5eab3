-- AlterTable
ALTER TABLE "tenants" ADD COLUMN     "rate_per_minute" INTEGER;

-- CreateTable
-- Unlogged: counts of one minute need not outlive a crash, and no request should wait for the disk.
CREATE UNLOGGED TABLE "request_counts" (
    "key" VARCHAR(255) NOT NULL,
    "points" INTEGER NOT NULL DEFAULT 0,
    "expire" BIGINT,

    CONSTRAINT "request_counts_pkey" PRIMARY KEY ("key")
);
