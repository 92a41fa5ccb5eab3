import { expect, test } from "vitest";
import { vouchesFor } from "./vouches-for.ts";

const md5 = "9e107d9d372bb6826bd81d3542a419d6";

test.each([
  ["as AWS writes it", `"${md5}"`, md5, true],
  ["without quotes, in capitals", md5.toUpperCase(), md5, true],
  ["of other bytes", `"${md5.replace("9e", "9f")}"`, md5, false],
  ["of an object in parts", `"${md5}-2"`, md5, false],
  ["missing", undefined, md5, false],
  ["where MD5 cannot be computed", `"${md5}"`, undefined, false],
])("an ETag %s", (_name, etag, ours, vouches) => {
  expect(vouchesFor(etag, ours)).toBe(vouches);
});
