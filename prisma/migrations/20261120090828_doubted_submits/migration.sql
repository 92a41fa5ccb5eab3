-- AlterTable
ALTER TABLE "attempts" ADD COLUMN     "doubted_at" TIMESTAMPTZ(3),
ADD COLUMN     "input_hash" BYTEA;

-- Few attempts are ever in doubt: the list of double charges prevented reads only those.
CREATE INDEX "attempts_doubted_partial" ON "attempts" ("doubted_at" DESC) WHERE "doubted_at" IS NOT NULL;
