import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findingSchema } from "./overview.ts";
import { adminRoutes } from "./routes.ts";

const page = readFileSync(new URL("../../../../docs/admin.md", import.meta.url), "utf8");
const cells = page.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));

describe("docs/admin.md", () => {
  test("lists every route with who may call it, and no other", () => {
    const listed = cells.flatMap(([, route = "", needs]) =>
      /^`[A-Z]+ \/admin/.test(route) ? [`${route} ${needs}`] : [],
    );
    const routes = Object.values(adminRoutes).map(
      ({ method, path, access }) => `\`${method.toUpperCase()} ${path}\` ${access.replace("admin:", "")}`,
    );
    expect(listed.sort()).toEqual(routes.sort());
  });

  test("explains every finding", () => {
    const explained = cells.flatMap(([, code = "", severity = ""]) =>
      ["critical", "warning", "info"].includes(severity) ? [code.replaceAll("`", "")] : [],
    );
    expect(explained.sort()).toEqual([...findingSchema.shape.code.options].sort());
  });
});
