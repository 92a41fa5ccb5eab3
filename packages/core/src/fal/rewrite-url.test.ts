import { expect, test } from "vitest";
import { rewriteFalUrl } from "./rewrite-url.ts";

const base = "http://127.0.0.1:9000";

test.each([
  ["https://queue.fal.run/fal-ai/z?fal_webhook=a%2Fb", undefined, "https://queue.fal.run/fal-ai/z?fal_webhook=a%2Fb"],
  ["https://queue.fal.run/fal-ai/z?x=1", base, `${base}/queue.fal.run/fal-ai/z?x=1`],
  [`${base}/fal.media/up/1`, base, `${base}/fal.media/up/1`],
])("%s with base %s goes to %s", (url, baseUrl, to) => {
  expect(rewriteFalUrl(url, baseUrl)).toBe(to);
});
