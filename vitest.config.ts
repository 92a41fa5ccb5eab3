import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const root = fileURLToPath(new URL(".", import.meta.url));

/** Workspace packages are taken from their TypeScript sources, so tests need no build. */
const alias = [
  { find: /^@darkroom\/(api|worker|cli|dashboard)\/(.+)$/, replacement: `${root}apps/$1/src/$2.ts` },
  { find: /^@darkroom\/([^/]+)\/(.+)$/, replacement: `${root}packages/$1/src/$2.ts` },
];

function project(test: TestProjectInlineConfiguration["test"]): TestProjectInlineConfiguration {
  return {
    resolve: { alias },
    test: {
      environment: "node",
      // Real Postgres, Redis and S3, each started when a test first asks for it: pure tests stay quick.
      globalSetup: ["packages/testing/src/start-test-servers.ts"],
      // A hung wait should name its test; nothing here is allowed to be near this long.
      testTimeout: 180_000,
      hookTimeout: 240_000,
      ...test,
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      project({
        name: "packages",
        include: ["packages/*/src/**/*.test.ts", "apps/*/src/**/*.test.ts", "scripts/*.test.mjs"],
        sequence: { groupOrder: 0 },
      }),
      // Afterwards and one file at a time: each starts the whole built stack.
      project({
        name: "e2e",
        include: ["e2e/**/*.test.ts", "bench/**/*.test.ts"],
        maxWorkers: 1,
        sequence: { groupOrder: 1 },
      }),
    ],
  },
});
