-- Deliveries are not leased one by one any more: their endpoint is, which costs no write per delivery.
ALTER TABLE "endpoints" ADD COLUMN     "held_by" TEXT,
ADD COLUMN     "held_until" TIMESTAMPTZ(3);

-- Its index and its check go with it. What was being sent keeps its due_at, the end of its lease, and is sent again then.
ALTER TABLE "deliveries" DROP COLUMN "leased_until";
