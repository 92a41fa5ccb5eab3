import { expect, test } from "vitest";
import { loadPid, readStat, watchCpu } from "./watch-cpu.ts";

test("a process whose name has brackets and spaces", () => {
  const stat = "4242 (a (strange) name) S 17 4242 4242 0 -1 4194304 900 0 0 0 12 3 40 5 20 0 11 0 1000 1 2";
  expect(readStat(stat)).toEqual({ pid: 4242, parent: 17, ms: 600 });
  expect(readStat("")).toBeNull();
});

test.runIf(process.platform === "linux")("work shows as time of whoever did it, and of nobody else", async () => {
  // Until the system has counted some, however slow or fast it is.
  const work = async () => {
    const { user } = process.cpuUsage();
    while (process.cpuUsage().user - user < 100_000);
    return "done";
  };
  const { value, cpuMs } = await watchCpu({ worked: [loadPid], nobody: [] }, work);
  expect(value).toBe("done");
  expect(cpuMs.worked).toBeGreaterThanOrEqual(50);
  expect(cpuMs.nobody).toBeLessThan(10);
});
