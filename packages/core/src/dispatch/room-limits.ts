import type { Env } from "../env.ts";
import type { RoomLimits } from "./measure-room.ts";

/**
 * A generation of seconds, and a tenth of one or two from its end until the next submit is there: so much of the slots has to wait
 * at fal for none to idle.
 */
const overCommitShare = 0.1;
/**
 * Submits per second, if nobody says: one for each slot keeps generations of a second going and fills all slots within one. With few
 * slots nothing speaks against a quicker start; the most is that of the setting.
 */
const perSecondOf = (slots: number) => Math.min(1_000, Math.max(20, slots));

/** The operator's limits, as dispatch and explain use them. */
export function roomLimits(
  env: Pick<Env, "FAL_MAX_IN_FLIGHT" | "FAL_OVER_COMMIT" | "FAL_SUBMITS_PER_SECOND" | "FAL_MODEL_MAX_IN_FLIGHT">,
): RoomLimits {
  return {
    slots: env.FAL_MAX_IN_FLIGHT + (env.FAL_OVER_COMMIT ?? Math.ceil(env.FAL_MAX_IN_FLIGHT * overCommitShare)),
    perSecondMax: env.FAL_SUBMITS_PER_SECOND ?? perSecondOf(env.FAL_MAX_IN_FLIGHT),
    modelSlots: new Map(Object.entries(env.FAL_MODEL_MAX_IN_FLIGHT)),
  };
}
