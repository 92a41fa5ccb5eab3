import type { Request, Response } from "express";
import type { Emulator } from "../emulator.ts";
import { sendJson } from "../http/send-json.ts";
import { findModel } from "../models/models.ts";
import { authorizePlatform, queryList, sendPlatformError } from "./platform-error.ts";

/** `GET api.fal.ai/v1/models/pricing?endpoint_id=`. */
export function listPrices(emulator: Emulator, req: Request, res: Response): void {
  if (!authorizePlatform(emulator, req, res)) return;
  const ids = queryList(req.query.endpoint_id);
  if (ids.length === 0 || ids.length > 50) {
    sendPlatformError(res, "validation_error", "endpoint_id must name 1 to 50 endpoints");
    return;
  }
  const models = ids.map(findModel);
  // How fal answers a list with an unknown id among known ones is not documented; refusing is the stricter guess.
  if (models.includes(undefined)) {
    sendPlatformError(res, "not_found", "One or more endpoints were not found");
    return;
  }
  const prices = models.flatMap((model) =>
    model
      ? [
          {
            endpoint_id: model.endpointId,
            unit_price: model.microsPerMegapixel / 1e6,
            unit: "megapixels",
            currency: "USD",
          },
        ]
      : [],
  );
  sendJson(res, 200, { prices, next_cursor: null, has_more: false });
}
