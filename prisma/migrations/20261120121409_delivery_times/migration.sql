-- CreateTable
CREATE TABLE "delivery_times" (
    "id" BIGSERIAL NOT NULL,
    "tenant_id" TEXT NOT NULL,
    "ms" BIGINT NOT NULL,
    "delivered_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "delivery_times_pkey" PRIMARY KEY ("id")
);
