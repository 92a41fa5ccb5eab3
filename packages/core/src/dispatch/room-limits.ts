import type { Env } from "../env.ts";
import type { RoomLimits } from "./measure-room.ts";

/** The operator's limits, as dispatch and explain use them. */
export function roomLimits(
  env: Pick<Env, "FAL_MAX_IN_FLIGHT" | "FAL_OVER_COMMIT" | "FAL_SUBMITS_PER_SECOND" | "FAL_MODEL_MAX_IN_FLIGHT">,
): RoomLimits {
  return {
    slots: env.FAL_MAX_IN_FLIGHT + env.FAL_OVER_COMMIT,
    perSecondMax: env.FAL_SUBMITS_PER_SECOND,
    modelSlots: new Map(Object.entries(env.FAL_MODEL_MAX_IN_FLIGHT)),
  };
}
