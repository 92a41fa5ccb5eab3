import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@darkroom/testing/wait-for";
import { makePlace, runProgram } from "../run-program.ts";

/** What the tests need of run.json. */
type RunFile = {
  api_url: string;
  api_key: string;
  admin_email: string;
  admin_password: string;
  fal_emulator_url: string;
  pid: number;
};

export type TestStack = Awaited<ReturnType<typeof openStack>>;

/** The whole built Darkroom, started as `npm start` does it, with a customer's view of its API. */
export async function openStack() {
  const place = await makePlace();
  const program = runProgram("start", place.dir, { PORT: "0", FAL_EMULATOR_GENERATION_MS: "50" });
  const file = join(place.dir, ".darkroom", "run.json");
  let hasEnded = false;
  void program.ended.then(() => {
    hasEnded = true;
  });
  const run = await waitFor("run.json", () => {
    if (hasEnded) throw new Error(`It did not start:\n${program.lines().join("\n")}`);
    return existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as RunFile);
  });
  const close = async () => {
    program.kill("SIGTERM");
    await program.ended;
    await place.clear();
  };
  return { run, close, customer: (key = run.api_key) => openCustomer(run.api_url, key) };
}

type Job = { id: string; status: string };

/** Calls /v1 as a tenant's own system does. */
function openCustomer(apiUrl: string, key: string) {
  async function call<Reply>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    const response = await fetch(`${apiUrl}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json", ...headers },
      body: body ? JSON.stringify(body) : undefined,
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Reply;
  }
  const send = (input: Record<string, unknown>, more: Record<string, unknown> = {}, prefer = "wait=30") =>
    call<Job>("/v1/jobs", { model: "fal-ai/z-image/turbo", input, ...more }, { prefer });
  return { call, send };
}
