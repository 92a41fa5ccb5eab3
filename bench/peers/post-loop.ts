import { Pool } from "undici";
import { need, readSettings } from "./peer-settings.ts";
import { repeatFor, serveRuns } from "./serve-runs.ts";

/** Floor: POSTs to the customer as fast as undici makes them; no row, no signature, no retry. */
const settings = readSettings();
const pool = new Pool(need(settings.customerUrl), { connections: 40 });

serveRuns(settings.port, ({ ms, bytes }: { ms: number; bytes: number }) => {
  // Of `bytes` in all, with what is around it.
  const filler = "x".repeat(Math.max(0, bytes - 30));
  return repeatFor(ms, 40, async (index) => {
    const body = JSON.stringify({ id: String(index), filler });
    const reply = await pool.request({
      path: "/",
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    await reply.body.dump();
  });
});
