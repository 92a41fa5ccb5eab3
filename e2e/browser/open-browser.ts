import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { quietFlags } from "@darkroom/testing/browser";
import axe from "axe-core";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import type { TestStack } from "./open-stack.ts";

export const wide = { width: 1280, height: 860 };
export const narrow = { width: 390, height: 844 };
/** Only ends what never comes: on a busy machine everything takes many times as long. */
export const timeoutMs = 60_000;

const results = fileURLToPath(new URL("../../test-results/dashboard/", import.meta.url));

export type Operator = Awaited<ReturnType<Awaited<ReturnType<typeof openBrowser>>["visit"]>>;

/** A real browser; each visit is somebody with a profile of their own. */
export async function openBrowser(executablePath: string, stack: TestStack) {
  mkdirSync(results, { recursive: true });
  const browser = await chromium.launch({ executablePath, args: quietFlags });
  async function visit(options: BrowserContextOptions = {}) {
    // What is halfway there, like a menu that fades in, is neither to be judged for its contrast nor to be clicked.
    const context = await browser.newContext({ viewport: wide, reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(timeoutMs);
    const page = await context.newPage();
    const trouble = watchForTrouble(page, stack.run.api_url);
    return { page, trouble, close: () => context.close(), ...actionsOf(page, stack) };
  }
  return { visit, close: () => browser.close() };
}

/** Errors in the console, mistakes in the page, and requests to anyone but our own server. */
function watchForTrouble(page: Page, apiUrl: string): string[] {
  const trouble: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      trouble.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => trouble.push(`page: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${apiUrl}/`) && !/^(data|blob):/.test(url)) trouble.push(`other host: ${url}`);
  });
  return trouble;
}

function actionsOf(page: Page, { run }: TestStack) {
  const open = async (path: string, heading: string | RegExp) => {
    await page.goto(`${run.api_url}/admin${path}`);
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
  };
  const logIn = async (email = run.admin_email, password = run.admin_password) => {
    await page.goto(`${run.api_url}/admin/`);
    await page.getByLabel("E-mail").fill(email);
    await page.getByRole("textbox", { name: "Password" }).fill(password);
    await page.getByRole("button", { name: "Log in" }).click();
  };
  /** Kept as output of the test (test-results/dashboard). */
  const shoot = async (name: string) => {
    await expect.poll(() => picturesOnTheWay(page), { timeout: timeoutMs }).toBe(0);
    return page.screenshot({ path: `${results}${name}.png`, animations: "disabled" });
  };
  return { open, logIn, shoot };
}

type Finding = { id: string; help: string; nodes: { target: unknown; failureSummary?: string }[] };

/** What axe finds against WCAG 2.2 A and AA. */
export async function findBarriers(page: Page): Promise<string[]> {
  // Evaluated by the debugger: the page's own Content-Security-Policy would not let it in.
  await page.evaluate(axe.source);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const found = await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(tags)} })`);
  return (found as { violations: Finding[] }).violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help} (${nodes.map((node) => `${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`).join("; ")})`,
  );
}

/** Pictures in the window that have not come yet; those below it wait until they are scrolled to. */
async function picturesOnTheWay(page: Page): Promise<number> {
  const isInWindow = "(box) => box.height > 0 && box.bottom > 0 && box.top < innerHeight";
  const script = `[...document.images].filter((image) => !image.complete && (${isInWindow})(image.getBoundingClientRect())).length`;
  return (await page.evaluate(script)) as number;
}

/** How many pixels the page is wider than the window. */
export async function overflowOf(page: Page): Promise<number> {
  const script = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  return (await page.evaluate(script)) as number;
}
