import { expect, test } from "vitest";
import { parseEnv } from "./env.ts";

const least = {
  DATABASE_URL: "postgres://u:p@localhost/d",
  DARKROOM_SECRET: "x".repeat(32),
  FAL_KEY: "id:secret",
  S3_BUCKET: "bucket",
};

function problemsOf(changes: Record<string, string>): string[] {
  const parsed = parseEnv({ ...least, ...changes });
  return parsed.ok ? [] : parsed.problems;
}

test("four settings suffice; the rest have defaults", () => {
  const parsed = parseEnv(least);
  expect(parsed).toMatchObject({
    ok: true,
    env: { PORT: 4000, FAL_MAX_IN_FLIGHT: 10, FAL_UNKNOWN_SUBMIT_POLICY: "fail" },
  });
});

test("everything wrong is listed at once, each with its remedy", () => {
  const parsed = parseEnv({ PORT: "no", FAL_KEY: "nocolon", S3_BUCKET: "" });
  if (parsed.ok) throw new Error("accepted");
  expect(parsed.problems).toHaveLength(5);
  expect(parsed.problems.join("\n")).toContain(
    "DATABASE_URL is missing. Set it to postgres://user:password@host:5432/database.",
  );
  expect(parsed.problems.join("\n")).toContain("FAL_KEY is wrong");
});

test.each([
  [{ S3_ACCESS_KEY_ID: "a" }, "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together"],
  [{ BODY_BYTES_MAX: "1000000" }, "BODY_BYTES_MAX is too small"],
  [{ MODELS_EXTRA: "[" }, "MODELS_EXTRA"],
  [{ MODEL_PRICES: '{"fal-ai/none":{"unit":"image","usd":1}}' }, "fal-ai/none is not a model"],
  [{ REDIS_URL: "http://x" }, "REDIS_URL is wrong"],
  [{ FAL_MAX_IN_FLIGHT: "0" }, "FAL_MAX_IN_FLIGHT is wrong"],
])("%j is refused with %s", (changes, message) => {
  expect(problemsOf(changes as Record<string, string>).join("\n")).toContain(message);
});

test("an empty variable counts as unset", () => {
  expect(problemsOf({ REDIS_URL: "", PORT: "" })).toEqual([]);
});
