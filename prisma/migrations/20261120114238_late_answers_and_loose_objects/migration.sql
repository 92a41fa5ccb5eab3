-- AlterEnum
ALTER TYPE "spend_kind" ADD VALUE 'correct';

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "incomplete_attempt" INTEGER,
ADD COLUMN     "reopened_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "round" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "spend_entries" ADD COLUMN     "estimated" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "usage_entries" ALTER COLUMN "state" DROP NOT NULL;

-- CreateTable
CREATE TABLE "loose_objects" (
    "key" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "taken_at" TIMESTAMPTZ(3),

    CONSTRAINT "loose_objects_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE INDEX "loose_objects_due_at_idx" ON "loose_objects"("due_at");
