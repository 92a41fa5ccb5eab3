import { expect, test } from "vitest";
import { roomLimits } from "./room-limits.ts";

const env = {
  FAL_MAX_IN_FLIGHT: 40,
  FAL_OVER_COMMIT: undefined,
  FAL_SUBMITS_PER_SECOND: 20,
  FAL_MODEL_MAX_IN_FLIGHT: {},
};

test.each([
  [2, undefined, 3],
  [10, undefined, 11],
  [40, undefined, 44],
  [40, 0, 40],
  [40, 7, 47],
])("of %i slots, with an over-commit of %s, %i jobs may be at fal", (slots, overCommit, jobs) => {
  expect(roomLimits({ ...env, FAL_MAX_IN_FLIGHT: slots, FAL_OVER_COMMIT: overCommit }).slots).toBe(jobs);
});
