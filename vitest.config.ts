import { defineConfig } from "vitest/config";

/** Workspace packages resolve to their TypeScript sources (exports condition "source"), so tests need no build. */
const resolve = { conditions: ["source"] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  test: {
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
    environment: "node",
    // A hung wait should name its test; nothing here is allowed to be near this long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
