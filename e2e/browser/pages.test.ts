import { describeInBrowser } from "@darkroom/testing/browser";
import { startReceiver } from "@darkroom/testing/start-receiver";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBarriers, narrow, type Operator, openBrowser, overflowOf, timeoutMs, wide } from "./open-browser.ts";
import { openStack, type TestStack } from "./open-stack.ts";

/** Fifteen pages, each looked at by axe. */
const allPagesTimeoutMs = 240_000;

const looks = [
  { name: "light", options: { viewport: wide, colorScheme: "light" } },
  { name: "dark", options: { viewport: wide, colorScheme: "dark" } },
  { name: "390", options: { viewport: narrow, colorScheme: "light" } },
] as const;

describeInBrowser("every page, light and dark, wide and narrow", (chromium) => {
  let stack: TestStack;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let paths: { name: string; path: string; ready: string | RegExp }[];

  beforeAll(async () => {
    stack = await openStack();
    receiver = await startReceiver();
    browser = await openBrowser(chromium, stack);
    paths = await fill(stack, receiver.url);
  });
  afterAll(async () => {
    await browser?.close();
    await receiver?.close();
    await stack?.close();
  });

  test("the login", async () => {
    for (const { name, options } of looks) {
      const visitor = await browser.visit(options);
      await visitor.page.goto(`${stack.run.api_url}/admin/`);
      await visitor.page.getByRole("button", { name: "Log in" }).waitFor();
      await visitor.shoot(`login-${name}`);
      expect(await findBarriers(visitor.page)).toEqual([]);
      expect(visitor.trouble).toEqual([]);
      await visitor.close();
    }
  });

  describe.each(looks)("$name", ({ name: look, options }) => {
    let operator: Operator;
    beforeAll(async () => {
      operator = await browser.visit(options);
      await operator.logIn();
      await operator.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    });
    afterAll(() => operator?.close());

    test(
      "no barriers, nothing cut off, nothing in the console",
      async () => {
        const problems: Record<string, unknown> = {};
        for (const { name, path, ready } of paths) {
          await operator.page.goto(`${stack.run.api_url}/admin${path}`);
          await operator.page.getByText(ready).first().waitFor();
          await expect.poll(() => operator.page.locator("[aria-busy=true]").count(), { timeout: timeoutMs }).toBe(0);
          await operator.shoot(`${name}-${look}`);
          // Narrow pages are of the same parts and colours.
          const barriers = look === "390" ? [] : await findBarriers(operator.page);
          const found = [...barriers, ...operator.trouble.splice(0)];
          const overflowPx = await overflowOf(operator.page);
          if (overflowPx > 0) found.push(`${overflowPx} px wider than the window`);
          if (found.length > 0) problems[name] = found;
        }
        expect(problems).toEqual({});
      },
      allPagesTimeoutMs,
    );
  });

  test("at 390 px the navigation is behind a button", async () => {
    const operator = await browser.visit({ viewport: narrow });
    await operator.logIn();
    await operator.page.getByRole("button", { name: "Open navigation" }).click();
    await operator.page.getByRole("dialog").getByRole("link", { name: "Queue" }).waitFor();
    expect(await findBarriers(operator.page)).toEqual([]);
    await operator.page.getByRole("dialog").getByRole("link", { name: "Queue" }).click();
    await operator.page.getByRole("heading", { level: 1, name: "Queue" }).waitFor();
    await operator.page.getByRole("dialog").waitFor({ state: "detached" });
    await operator.close();
  });
});

/** Something to see on every page, come through the service. */
async function fill(stack: TestStack, receiverUrl: string) {
  const customer = stack.customer();
  const endpoint = await customer.call<{ id: string }>("/v1/endpoints", { url: receiverUrl, description: "Orders" });
  const input = { prompt: "An old lighthouse in a storm, oil on canvas", num_images: 2 };
  const done = await customer.send(input, { tags: ["web"], metadata: { order: "1001" } });
  const failed = await customer.send({ prompt: "[[fault:content_policy]] something refused" }, { tags: ["web"] });
  await customer.send({ prompt: "[[fault:submit_reply_lost times=1]] a ferry in fog" });
  await customer.send({ prompt: "later" }, { run_at: new Date(Date.now() + 3_600_000).toISOString() }, "respond-async");
  const { data: deliveries } = await customer.call<{ data: { id: string }[] }>("/v1/deliveries");
  return [
    { name: "overview", path: "/", ready: "Where time goes" },
    { name: "jobs", path: "/jobs", ready: "An old lighthouse in a storm, oil on canvas" },
    { name: "job", path: `/jobs/${done.id}`, ready: "What happened" },
    { name: "job-failed", path: `/jobs/${failed.id}`, ready: "What happened" },
    { name: "playground", path: "/playground", ready: "Parameters" },
    { name: "tenants", path: "/tenants", ready: "demo" },
    { name: "endpoints", path: "/endpoints", ready: receiverUrl },
    { name: "endpoint", path: `/endpoints/${endpoint.id}`, ready: "Replays" },
    { name: "deliveries", path: "/deliveries", ready: "job.succeeded" },
    { name: "delivery", path: `/deliveries/${deliveries[0]?.id}`, ready: "Attempt 1" },
    { name: "queue", path: "/queue", ready: "send-deliveries" },
    { name: "spend", path: "/spend", ready: "By model" },
    { name: "audit", path: "/audit", ready: "logged in" },
    { name: "users", path: "/users", ready: "Admin keys" },
    { name: "not-found", path: "/nowhere", ready: "There is no such page" },
  ];
}
