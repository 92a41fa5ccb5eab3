import { jobErrorCatalogue } from "@darkroom/contract/job-errors";
import { problemCatalogue } from "@darkroom/contract/problems";
import { describeInBrowser } from "@darkroom/testing/browser";
import { chromium } from "playwright-core";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { listen, stopServing } from "../serve.ts";
import { openTestApi } from "../testing/open-test-api.ts";

const api = await openTestApi();
afterAll(() => api.close());

describe("/docs/errors", () => {
  test("explains every code at the very place that a problem's type names", async () => {
    const { text } = await supertest(api.app).get("/docs/errors").expect(200);
    // Else browsers ask for /favicon.ico, which is not there.
    const icon = /<link rel="icon" href="([^"]+)">/.exec(text)?.[1] ?? "";
    await supertest(api.app).get(icon).expect(200);
    for (const code of Object.keys(problemCatalogue)) expect(text).toContain(`<tr id="${code}">`);
    for (const code of Object.keys(jobErrorCatalogue)) expect(text).toContain(`<tr id="job.${code}">`);
    const ids = [...text.matchAll(/id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

test("pages may load nothing but our own files, and run no inline script", async () => {
  const { headers, text } = await supertest(api.app).get("/docs").expect(200);
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/https?:|unsafe-eval/);
  expect(text).not.toMatch(/https?:\/\//);
});

describeInBrowser("the reference page, in a browser", (executablePath) => {
  test("shows every operation, asks no other host, and breaks no policy", async () => {
    const server = await listen(api.app, { HOST: "127.0.0.1", PORT: 0 });
    const { port } = server.address() as { port: number };
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    const page = await browser.newPage();
    const hosts = new Set<string>();
    const complaints: string[] = [];
    page.on("request", (request) => hosts.add(new URL(request.url()).host || new URL(request.url()).protocol));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${port}/docs`);
    await page.getByText("Create up to 1,000 jobs at once").waitFor();
    await page.getByText("Create a job", { exact: true }).click();
    await page.getByText("Takes one generation request").waitFor();
    expect([...hosts].filter((host) => host !== "data:")).toEqual([`127.0.0.1:${port}`]);
    expect(complaints).toEqual([]);
    await browser.close();
    await stopServing(server, 1_000);
  });
});
