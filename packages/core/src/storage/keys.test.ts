import { expect, test } from "vitest";
import { newId } from "../ids.ts";
import { fileKey, jobPrefix, outputKey, receiptKey, tenantPrefix } from "./keys.ts";

test("everything of a job is below its prefix, and everything of a tenant below the tenant's", () => {
  const ids = { tenantId: newId("ten"), jobId: newId("job"), outputId: newId("out"), fileId: newId("file") };
  expect(outputKey(ids, "png")).toBe(`tenants/${ids.tenantId}/jobs/${ids.jobId}/${ids.outputId}.png`);
  expect(outputKey(ids, "png").startsWith(jobPrefix(ids))).toBe(true);
  expect(jobPrefix(ids).startsWith(tenantPrefix(ids.tenantId))).toBe(true);
  expect(fileKey(ids, "jpg")).toBe(`tenants/${ids.tenantId}/files/${ids.fileId}.jpg`);
  expect(receiptKey({ jobId: ids.jobId, receiptId: "ab12" })).toBe(`receipts/${ids.jobId}/ab12.json`);
});

test.each(["", "..", "a/b", "a.b", "A", "é"])("%j is no part of a key", (text) => {
  expect(() => outputKey({ tenantId: text, jobId: "job_1", outputId: "out_1" }, "png")).toThrow("may not have");
  expect(() => outputKey({ tenantId: "ten_1", jobId: "job_1", outputId: "out_1" }, text)).toThrow("may not have");
});
