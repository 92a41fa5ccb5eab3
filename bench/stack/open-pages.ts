import { quietFlags } from "@darkroom/testing/browser";
import { chromium, type Page } from "playwright-core";

export type Pages = Awaited<ReturnType<typeof openPages>>;

/** A browser in which dashboards are opened. */
export async function openPages(executablePath: string) {
  const browser = await chromium.launch({ executablePath, args: quietFlags });
  return {
    close: () => browser.close(),
    logIn: async (url: string, login: { email: string; password: string }) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
      const page = await context.newPage();
      await page.goto(`${url}/admin/`);
      await page.getByLabel("E-mail").fill(login.email);
      await page.getByRole("textbox", { name: "Password" }).fill(login.password);
      await page.getByRole("button", { name: "Log in" }).click();
      await isShown(page);
      return { open: (times: number) => openOverview(page, url, times) };
    },
  };
}

const isShown = (page: Page) => page.getByRole("heading", { name: "Where time goes" }).waitFor();

/** Opens the overview anew, with a warm cache: when something was painted, and when the numbers were there. */
async function openOverview(page: Page, url: string, times: number) {
  const paintedMs: number[] = [];
  const shownMs: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const startedAt = performance.now();
    await page.goto(`${url}/admin/`);
    await isShown(page);
    shownMs.push(performance.now() - startedAt);
    paintedMs.push(
      (await page.evaluate(
        'performance.getEntriesByType("paint").find(({ name }) => name === "first-contentful-paint").startTime',
      )) as number,
    );
  }
  return { paintedMs, shownMs };
}
