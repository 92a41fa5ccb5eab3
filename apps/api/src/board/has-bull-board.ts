import type { Context } from "@darkroom/core/context";

/** Whether bull-board can show this queue. */
export function hasBullBoard({ queues }: Pick<Context, "queues">): boolean {
  return queues.name === "redis";
}
