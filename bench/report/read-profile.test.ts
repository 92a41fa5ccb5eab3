import { expect, test } from "vitest";
import { describeProfile } from "./read-profile.ts";

const frame = (functionName: string, url = "") => ({ functionName, url, lineNumber: 0 });

test("what a package makes the system do counts as its own; idle time does not count", () => {
  const nodes = [
    { id: 1, callFrame: frame("(root)"), children: [2, 5, 6] },
    { id: 2, callFrame: frame("query", "file:///clone/node_modules/pg/lib/client.js"), children: [3] },
    { id: 3, callFrame: frame("write", "node:net"), children: [4] },
    { id: 4, callFrame: frame("writev") },
    { id: 5, callFrame: frame("(idle)") },
    { id: 6, callFrame: frame("create", "file:///clone/apps/api/dist/create.js") },
  ];
  const lines = describeProfile({ nodes, samples: [4, 5, 6, 4], timeDeltas: [300, 1_000, 400, 300] });
  expect(lines[0]).toContain("busy 50.0 % of");
  expect(lines.slice(2, 4).map((line) => line.trim())).toEqual(["60.0 %  pg", "40.0 %  apps/api"]);
  expect(lines.slice(5).map((line) => line.trim())).toEqual([
    "60.0 %  writev",
    "40.0 %  create apps/api/dist/create.js:1",
  ]);
});
