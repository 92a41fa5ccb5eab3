-- the log's exhausted deliveries: few, and as old as the retries before them took, so behind all that arrived since.
CREATE INDEX "deliveries_exhausted_partial" ON "deliveries" ("id" DESC) WHERE "state" = 'exhausted';
