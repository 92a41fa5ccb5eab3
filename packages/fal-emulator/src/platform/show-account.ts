import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { sendJson } from "../http/send-json.ts";
import { authorizePlatform, queryList } from "./platform-error.ts";

const STARTING_BALANCE_DOLLARS = 1_000;

/** `GET api.fal.ai/v1/account/billing?expand=credits`: a made-up balance, less what the ledger says was used. */
export function showBilling(emulator: Emulator, req: Request, res: Response): void {
  if (!authorizePlatform(emulator, req, res)) return;
  const balance = STARTING_BALANCE_DOLLARS - emulator.ledger.totals.billedMicros / 1e6;
  const credits = { current_balance: balance, currency: "USD" };
  const expanded = queryList(req.query.expand).includes("credits");
  sendJson(res, 200, { username: emulator.userId, ...(expanded && { credits }) });
}

/** `GET api.fal.ai/v1/meta`, no key needed. Webhooks of this emulator come from loopback. */
export function showMeta(_req: Request, res: Response): void {
  sendJson(res, 200, { webhook_ip_ranges: ["127.0.0.1/32", "::1/128"] });
}
