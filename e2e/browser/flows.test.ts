import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeInBrowser } from "@darkroom/testing/browser";
import { startReceiver } from "@darkroom/testing/start-receiver";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { findBarriers, type Operator, openBrowser } from "./open-browser.ts";
import { openStack, type TestStack } from "./open-stack.ts";

const picture = fileURLToPath(new URL("../../examples/mountain-lake.jpg", import.meta.url));

describeInBrowser("an operator works in the dashboard", (chromium) => {
  let stack: TestStack;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let admin: Operator;

  beforeAll(async () => {
    stack = await openStack();
    browser = await openBrowser(chromium, stack);
    admin = await browser.visit();
    await admin.logIn();
    await admin.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });
  afterEach(() => {
    expect(admin.trouble.splice(0)).toEqual([]);
  });

  test("a wrong password is refused, and says so", async () => {
    const stranger = await browser.visit();
    await stranger.logIn(stack.run.admin_email, "not the password");
    await stranger.page.getByRole("alert").waitFor();
    expect(await stranger.page.getByRole("heading", { name: "Log in to Darkroom" }).count()).toBe(1);
    await stranger.close();
  });

  test("a failed job is found by its filter, explained, and retried", async () => {
    const { page } = admin;
    const customer = stack.customer();
    await customer.send({ prompt: "a harbour at noon" });
    const failed = await customer.send({ prompt: "[[fault:content_policy times=1]] a fox in a raincoat" });
    expect(failed.status).toBe("failed");

    await admin.open("/jobs", "Jobs");
    await page.getByRole("group", { name: "Status" }).getByText("failed").click();
    await page.waitForURL(/\?status=failed$/);
    await page.getByRole("link", { name: /a fox in a raincoat/ }).click();

    await page.getByText("fal refused the prompt or picture under its content policy.").waitFor();
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Retry", exact: true }).click();
    await page.getByText("Succeeded", { exact: true }).waitFor();
    await page.getByRole("img", { name: "Output 1" }).waitFor();
    await page.getByRole("tab", { name: "Timeline" }).click();
    await page.getByText(`${stack.run.admin_email} retried a job.`).waitFor();
  });

  test("dispatch is paused, what waits is canceled in bulk, dispatch goes on", async () => {
    const { page } = admin;
    const customer = stack.customer();
    await admin.open("/queue", "Queue");
    await page.getByRole("button", { name: "Pause dispatch" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText(/Dispatch is paused/).waitFor();
    const sent = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        customer.send({ prompt: `a tile, number ${index}` }, { tags: ["tiles"] }, "respond-async"),
      ),
    );

    await admin.open("/jobs?tag=tiles", "Jobs");
    await page.getByRole("button", { name: "All that match" }).click();
    await page.getByRole("menuitem", { name: /Cancel all/ }).click();
    await page.getByText("12 jobs would be canceled").waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Cancel 12 jobs" }).click();
    await page.getByText("12 jobs canceled").first().waitFor();
    await page.getByRole("button", { name: "Close", exact: true }).click();
    await page.getByRole("cell", { name: "Canceled" }).nth(11).waitFor();
    const left = await customer.call<{ status: string }>(`/v1/jobs/${sent[0]?.id}`);
    expect(left.status).toBe("canceled");

    await admin.open("/queue", "Queue");
    await page.getByRole("button", { name: "Resume dispatch" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause dispatch" }).waitFor();
    expect((await customer.send({ prompt: "a bridge at dawn" })).status).toBe("succeeded");
  });

  test("new jobs wait behind a pill, and the list stays where it is", async () => {
    const { page } = admin;
    await admin.open("/jobs?tag=fresh", "Jobs");
    await stack.customer().send({ prompt: "the first" }, { tags: ["fresh"] });
    await page.getByRole("button", { name: "1 new" }).waitFor();
    expect(await page.getByRole("link", { name: "the first" }).count()).toBe(0);
    await page.getByRole("button", { name: "1 new" }).click();
    await page.getByRole("link", { name: "the first" }).waitFor();
    await page
      .getByRole("row", { name: /the first/ })
      .getByText("Succeeded")
      .waitFor();
  });

  test("a tenant is made, gets a key that is shown once, and is paused", async () => {
    const { page } = admin;
    await admin.open("/tenants", "Tenants");
    await page.getByRole("button", { name: "New tenant" }).click();
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("larch-and-sons");
    await page.getByRole("button", { name: "Make tenant" }).click();
    await page.getByRole("link", { name: "larch-and-sons" }).click();

    await page.getByRole("button", { name: "New key" }).click();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("backend");
    await page.getByRole("button", { name: "Make key" }).click();
    const key = await page.getByRole("dialog").getByText(/^dk_/).textContent();
    await page.getByRole("button", { name: "I have it" }).click();
    expect(await page.getByText(key ?? "").count()).toBe(0);
    const tenant = stack.customer(key ?? "");
    expect((await tenant.send({ prompt: "a larch" })).status).toBe("succeeded");

    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByText(/its jobs are accepted and wait/).waitFor();
    const waiting = await tenant.send({ prompt: "another larch" }, {}, "respond-async");
    await admin.open(`/jobs/${waiting.id}`, new RegExp(waiting.id));
    await page
      .getByRole("region", { name: "Explanation" })
      .getByText(/paused/)
      .waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel the job" }).click();
    await page.getByText("Canceled", { exact: true }).waitFor();
  });

  test("deliveries are replayed to an endpoint, and one is resent", async () => {
    const { page } = admin;
    const receiver = await startReceiver();
    const customer = stack.customer();
    const endpoint = await customer.call<{ id: string }>("/v1/endpoints", { url: receiver.url });
    await customer.send({ prompt: "a postcard" });
    await admin.open(`/endpoints/${endpoint.id}`, receiver.url);
    await page.getByRole("link", { name: "job.succeeded" }).first().waitFor();
    await page.getByRole("cell", { name: "delivered" }).first().waitFor();

    await page.getByRole("button", { name: "Replay …" }).click();
    await page.getByRole("checkbox", { name: /Only what this endpoint has not got/ }).uncheck();
    await page.getByRole("button", { name: "Replay", exact: true }).click();
    await page.getByText("finished").waitFor();
    await page.getByText(/[1-9]\d* delivered, 0 pending/).waitFor();

    await page.getByRole("link", { name: "job.succeeded" }).first().click();
    await page.getByRole("button", { name: "Resend" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resend" }).click();
    await page.getByText("Resent as a new delivery.").waitFor();
    await page.getByText("delivered, 2", { exact: false }).waitFor();
    await receiver.close();
  });

  test("the playground goes from a picture to a result", async () => {
    const { page } = admin;
    await admin.open("/playground", "Playground");
    await page.getByRole("combobox", { name: "Tenant, who pays" }).click();
    await page.getByRole("option", { name: "demo" }).click();
    await page.getByLabel("Image", { exact: true }).setInputFiles({
      name: "lake.jpg",
      mimeType: "image/jpeg",
      buffer: readFileSync(picture),
    });
    await page.getByText(/Stored\.$/).waitFor();
    await page.getByRole("textbox", { name: "Prompt", exact: true }).fill("The same lake in autumn, low sun");
    await page.getByText(/^(≤ )?\$0\.\d+$/).waitFor();
    await page.getByRole("button", { name: "Generate" }).click();
    await page.getByRole("img", { name: "After" }).waitFor();
    await page.getByRole("slider", { name: /How much of before/ }).press("ArrowRight");
    expect(await findBarriers(page)).toEqual([]);
    await admin.shoot("playground-result");
  });

  test("a viewer without the payload permission sees no prompts and may not act", async () => {
    const { page } = admin;
    await admin.open("/users", "Users");
    await page.getByRole("button", { name: "New user" }).click();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByLabel("E-mail").fill("viewer@example.com");
    await page.getByRole("textbox", { name: "Password" }).fill("only looking around");
    await page.getByRole("button", { name: "Make user" }).click();
    await page.getByRole("cell", { name: "viewer@example.com", exact: true }).waitFor();

    const viewer = await browser.visit();
    await viewer.logIn("viewer@example.com", "only looking around");
    await viewer.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await viewer.page.getByRole("link", { name: "Users" }).count()).toBe(0);
    await viewer.open("/users", "Users");
    await viewer.page.getByText("Only for admins").waitFor();
    await viewer.open("/jobs", "Jobs");
    await viewer.page.getByRole("row").nth(3).waitFor();
    expect(await viewer.page.getByText(/a harbour at noon|a larch|a postcard/).count()).toBe(0);
    expect(await viewer.page.getByRole("button", { name: "All that match" }).count()).toBe(0);
    const refused = await viewer.page.request.post(`${stack.run.api_url}/admin/api/queue/pause`);
    expect(refused.status()).toBe(403);
    expect(viewer.trouble).toEqual([]);
    await viewer.close();
  });

  test("a stream that is down is told of, and comes back", async () => {
    const visitor = await browser.visit();
    const stream = "**/admin/api/stream";
    await visitor.page.route(stream, (route) => route.abort());
    await visitor.logIn();
    await visitor.page.getByText("The live stream is down").waitFor();
    await visitor.page.unroute(stream);
    await visitor.page.getByText("Live", { exact: true }).waitFor();
    expect(await visitor.page.getByText("The live stream is down").count()).toBe(0);
    await visitor.close();
  });

  test("dark is chosen from the menu, and kept", async () => {
    const { page } = admin;
    await admin.open("/", "Overview");
    await page.getByRole("button", { name: "Account" }).click();
    expect(await findBarriers(page)).toEqual([]);
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    const scheme = () => page.locator("html").getAttribute("data-mantine-color-scheme");
    await expect.poll(scheme).toBe("dark");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    expect(await scheme()).toBe("dark");
  });

  test("the keyboard reaches the search and a job", async () => {
    const { page } = admin;
    await admin.open("/", "Overview");
    await page.keyboard.press("/");
    await page.keyboard.type("larch");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/admin\/jobs\?q=larch$/);
    await page.getByRole("link", { name: "a larch" }).press("Enter");
    await page.getByRole("heading", { name: "What happened" }).waitFor();
  });

  test("bull-board is shown under its policy, and reaches nobody else", async () => {
    const visitor = await browser.visit();
    await visitor.logIn();
    await visitor.page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
    await visitor.open("/queue", "Queue");
    const hosts = new Set<string>();
    // Of all its windows: what the new one asks for first is asked for before anyone has hold of it.
    visitor.page.context().on("response", (response) => hosts.add(new URL(response.url()).origin));
    const board = visitor.page.waitForEvent("popup");
    await visitor.page.getByRole("link", { name: /bull-board/ }).click();
    const shown = await board;
    await shown.getByText("send-deliveries").first().waitFor();
    expect([...hosts]).toEqual([stack.run.api_url]);
    await visitor.close();
  });

  test("logging out leaves nothing behind", async () => {
    const { page } = admin;
    await page.getByRole("button", { name: "Account" }).click();
    await page.getByRole("menuitem", { name: "Log out" }).click();
    await page.getByRole("heading", { name: "Log in to Darkroom" }).waitFor();
    expect((await page.request.get(`${stack.run.api_url}/admin/api/overview`)).status()).toBe(401);
  });
});
