import { expect, test } from "vitest";
import { roomLimits } from "./room-limits.ts";

const env = {
  FAL_MAX_IN_FLIGHT: 40,
  FAL_OVER_COMMIT: undefined,
  FAL_SUBMITS_PER_SECOND: undefined,
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

test.each([
  [2, undefined, 20],
  [40, undefined, 40],
  [200, undefined, 200],
  [3_000, undefined, 1_000],
  [40, 5, 5],
])("with %i slots and a rate of %s, %i submits a second", (slots, rate, perSecond) => {
  const limits = roomLimits({ ...env, FAL_MAX_IN_FLIGHT: slots, FAL_SUBMITS_PER_SECOND: rate });
  expect(limits.perSecondMax).toBe(perSecond);
});
