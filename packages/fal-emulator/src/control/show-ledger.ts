import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { sendJson } from "../http/send-json.ts";

const LIMIT = 1_000;
const LIMIT_MAX = 10_000;

/** `GET /emulator/ledger?cursor=&limit=&requestId=`: rows in order of arrival, and totals over all of them. */
export function showLedger(emulator: Emulator, req: Request, res: Response): void {
  const { ledger } = emulator;
  const { totals } = ledger;
  if (typeof req.query.requestId === "string") {
    const row = ledger.byRequestId.get(req.query.requestId);
    sendJson(res, 200, { rows: row ? [row] : [], nextCursor: null, totals });
    return;
  }
  const limit = Math.min(LIMIT_MAX, Number(req.query.limit ?? LIMIT) || LIMIT);
  // Cursors count from the very first row, so they stay right when old rows are dropped.
  const from = Math.max(0, (Number(req.query.cursor ?? 0) || 0) - totals.dropped);
  const rows = ledger.rows.slice(from, from + limit);
  const end = from + rows.length;
  sendJson(res, 200, { rows, nextCursor: end < ledger.rows.length ? end + totals.dropped : null, totals });
}

/** `GET /emulator/ledger.ndjson`: every row, one JSON object a line, written as fast as the reader takes it. */
export async function streamLedger(emulator: Emulator, res: Response): Promise<void> {
  res.setHeader("Content-Type", "application/x-ndjson");
  for (const row of emulator.ledger.rows.slice()) {
    if (res.destroyed) return;
    const ready = res.write(`${JSON.stringify(row)}\n`);
    if (!ready) await new Promise((resolve) => res.once("drain", resolve).once("close", resolve));
  }
  res.end();
}
