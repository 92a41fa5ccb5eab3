import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import supertest from "supertest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveDashboard } from "./serve-dashboard.ts";

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "darkroom-dashboard-"));
  await mkdir(join(dir, "assets"));
  await writeFile(join(dir, "index.html"), "<!doctype html><title>page</title>");
  await writeFile(join(dir, "assets", "main-abc.js"), "1");
  await writeFile(join(dir, "favicon.svg"), "<svg/>");
});
afterAll(() => rm(dir, { recursive: true }));

const served = (from: string) => {
  const app = express();
  app.use("/admin", serveDashboard(from));
  app.use((_request, response) => void response.status(404).json({ code: "elsewhere" }));
  return supertest(app);
};

describe("the dashboard's files", () => {
  test.each(["/admin", "/admin/", "/admin/jobs/job_x?status=failed"])(
    "%s is its page, which loads nothing foreign",
    async (path) => {
      const { text, headers } = await served(dir).get(path).expect(200);
      expect(text).toContain("<title>page</title>");
      expect(headers["cache-control"]).toBe("no-cache");
      const policy = headers["content-security-policy"] ?? "";
      expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self';");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    },
  );

  test("assets are kept for ever, and are never the page", async () => {
    const { headers } = await served(dir).get("/admin/assets/main-abc.js").expect(200);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    await served(dir).get("/admin/assets/gone.js").expect(404);
    await served(dir).get("/admin/favicon.svg").expect(200);
  });

  test("the API and bull-board are not its own", async () => {
    for (const path of ["/admin/api/nothing", "/admin/api", "/admin/queues"]) {
      expect((await served(dir).get(path).expect(404)).body).toEqual({ code: "elsewhere" });
    }
  });

  test("without a build, a plain page says how to make one", async () => {
    const { text } = await served(join(dir, "nothing")).get("/admin").expect(503);
    expect(text).toContain("npm run build");
  });
});
