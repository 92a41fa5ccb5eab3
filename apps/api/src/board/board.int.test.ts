import { describeOnRedis } from "@darkroom/testing/redis";
import supertest from "supertest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logInAs } from "../testing/log-in-as.ts";
import { openTestApi, type TestApi } from "../testing/open-test-api.ts";

function runSuite(backend: "redis" | "postgres"): void {
  let api: TestApi;
  beforeAll(async () => {
    api = await openTestApi({ backend });
  });
  afterAll(() => api.close());

  test("is shown to operators, without leave to change anything", async () => {
    await supertest(api.app).get("/admin/queues/").expect(401);
    const viewer = await logInAs(api, "viewer");
    await viewer.call("get", "/admin/queues/").expect(403);
    const operator = await logInAs(api, "operator");
    const page = await operator.call("get", "/admin/queues/").expect(200);
    expect(page.headers["content-security-policy"]).toContain("script-src 'self';");
    await api.context.doorbell.ring([{ kind: "check-job", id: "job_x", dueAt: new Date() }]);
    const path = "/admin/queues/api/queues?activeQueue=check-job&status=waiting";
    const { body } = await operator.call("get", path).expect(200);
    const queue = body.queues.find(({ name }: { name: string }) => name === "check-job");
    expect(queue).toMatchObject({ readOnlyMode: true, counts: { waiting: 1 } });
    expect(queue.jobs).toMatchObject([{ data: { ids: ["job_x"] } }]);
    await operator.call("post", "/admin/queues/api/queues/check-job/clean/waiting").expect(405);
  });
}

describe("bull-board on Postgres", () => runSuite("postgres"));
describeOnRedis("bull-board on Redis", () => runSuite("redis"));
