import { expect, test } from "vitest";
import { askOnce } from "./ask-once.ts";

test("asks once for all who come meanwhile, and anew after that, also after a failure", async () => {
  const once = askOnce<number>();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (asked === 1) throw new Error("away");
    return asked;
  };
  const first = await Promise.allSettled([once("a", ask), once("a", ask)]);
  expect(first.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await Promise.all([once("a", ask), once("a", ask)])).toEqual([2, 2]);
  expect(await Promise.all([once("a", ask), once("b", ask)])).toEqual([3, 4]);
});
