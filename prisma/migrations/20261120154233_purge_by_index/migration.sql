-- sweep: what is past its retention goes with the events. A scan of 100,000 secrets took some 100 ms, of 20,000 replays 15, each
-- second in which an event went.
CREATE INDEX "replays_finished_at_idx" ON "replays"("finished_at");

-- As many rows as endpoints, of which few were replaced.
CREATE INDEX "signing_secrets_expired_partial" ON "signing_secrets" ("expires_at") WHERE "expires_at" IS NOT NULL;
