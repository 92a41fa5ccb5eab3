import { headObject } from "@darkroom/core/storage/head-object";
import supertest from "supertest";
import { afterAll, expect, test } from "vitest";
import { createApp } from "../app.ts";
import { openTestApi } from "../testing/open-test-api.ts";
import { dataUriOf, pngOf } from "../testing/pictures.ts";

const api = await openTestApi();
afterAll(() => api.close());

/** The database does what it is asked, and its reply is lost. */
function deafTo(db: typeof api.context.db): typeof api.context.db {
  const transact = async (...given: unknown[]) => {
    await Reflect.apply(db.$transaction, db, given);
    throw Object.assign(new Error("Server has closed the connection."), { code: "P1017" });
  };
  return new Proxy(db, { get: (target, key) => (key === "$transaction" ? transact : Reflect.get(target, key)) });
}

test("a commit whose reply was lost keeps the pictures that came with the job", async () => {
  const deaf = createApp({ ...api.context, db: deafTo(api.context.db) });
  const create = (app: typeof deaf) =>
    supertest(app)
      .post("/v1/jobs")
      .set({ authorization: `Bearer ${api.tenant.key}`, "idempotency-key": "once" })
      .send({ input: { prompt: "a harbour", image_url: dataUriOf(pngOf(64, 48)) } });
  await create(deaf).expect(503);
  const { body, headers } = await create(api.app).expect(202);
  expect(headers["idempotent-replayed"]).toBe("true");
  const file = await api.context.db.file.findUniqueOrThrow({ where: { id: body.input.image_url } });
  expect(await headObject(api.context.storage, { key: file.key })).toMatchObject({ outcome: "found" });
});
