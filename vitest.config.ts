import { defineConfig } from "vitest/config";

/** Workspace packages resolve to their TypeScript sources (exports condition "@darkroom/source"), so tests need no build. */
const resolve = { conditions: ["@darkroom/source"] };

export default defineConfig({
  resolve,
  ssr: { resolve },
  // The environment that vitest loads globalSetup in.
  environments: { __vitest__: { resolve: { ...resolve, noExternal: [/^@darkroom\//] } } },
  test: {
    environment: "node",
    // Real Postgres, Redis and S3, each started when a test first asks for it: pure tests stay quick.
    globalSetup: ["packages/testing/src/start-test-servers.ts"],
    // A hung wait should name its test; nothing here is allowed to be near this long.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts"],
  },
});
