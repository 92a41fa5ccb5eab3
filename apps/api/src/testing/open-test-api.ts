import type { Scope } from "@darkroom/contract/scopes";
import { sweepObjects } from "@darkroom/core/sweep-objects";
import { createApiKey } from "@darkroom/core/tenants/create-api-key";
import { createTenant } from "@darkroom/core/tenants/create-tenant";
import { openTestContext, type TestContext, type TestContextOptions } from "@darkroom/testing/open-test-context";
import type { Express } from "express";
import supertest from "supertest";
import { createApp } from "../app.ts";

export type TestTenant = { id: string; key: string; keyId: string };

export type TestApi = {
  context: TestContext;
  app: Express;
  /** The tenant whose key `call` sends. */
  tenant: TestTenant;
  /** A request with the tenant's key, or with another or none. */
  call(method: "get" | "post" | "patch" | "delete" | "head", path: string, key?: string | null): supertest.Test;
  makeTenant(): Promise<TestTenant>;
  makeKey(options: { tenantId?: string; scopes?: Scope[]; expiresAt?: Date; ratePerMinute?: number }): Promise<{
    key: string;
    id: string;
  }>;
  /** How many rows and objects there are of everything a request could make. */
  countAll(): Promise<Record<string, number>>;
  stop(): void;
  close(): Promise<void>;
};

/** The API over a whole test context, with a tenant and its key. */
export async function openTestApi(options: TestContextOptions = {}): Promise<TestApi> {
  const context = await openTestContext(options);
  const stopping = new AbortController();
  const app = createApp(context, { stopping: stopping.signal });
  const makeKey: TestApi["makeKey"] = async ({ tenantId = tenant.id, ...more }) => {
    const made = await createApiKey(context.db, { tenantId, name: "test", now: context.clock.now(), ...more });
    return { key: made.key, id: made.row.id };
  };
  let tenants = 0;
  const makeTenant = async (): Promise<TestTenant> => {
    tenants += 1;
    const made = await createTenant(context.db, { name: `tenant-${tenants}`, now: context.clock.now() });
    const key = await makeKey({ tenantId: made.tenant.id });
    return { id: made.tenant.id, key: key.key, keyId: key.id };
  };
  const tenant = await makeTenant();
  return {
    context,
    app,
    tenant,
    makeTenant,
    makeKey,
    call: (method, path, key = tenant.key) => {
      const request = supertest(app)[method](path);
      return key === null ? request : request.set("authorization", `Bearer ${key}`);
    },
    countAll: () => countAll(context),
    stop: () => stopping.abort(),
    close: async () => {
      stopping.abort();
      await context.close();
    },
  };
}

async function countAll(context: TestContext): Promise<Record<string, number>> {
  const { db, env } = context;
  // What was stored for nothing goes with the next sweep.
  while ((await sweepObjects(context)) > 0);
  // The test's S3 server takes anybody's requests.
  const listed = await fetch(`${env.S3_ENDPOINT}/${env.S3_BUCKET}?list-type=2`);
  const objects = (await listed.text()).split("<Key>").length - 1;
  const [jobs, files, batches, spend, keys, receipts] = await Promise.all([
    db.job.count(),
    db.file.count(),
    db.batch.count(),
    db.spendEntry.count(),
    db.idempotencyKey.count(),
    db.falReceipt.count(),
  ]);
  return { jobs, files, batches, spend, keys, receipts, objects };
}
