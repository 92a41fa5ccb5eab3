import { createHash, randomBytes } from "node:crypto";
import { request as send } from "node:http";
import type { File } from "@darkroom/contract/files";
import { waitFor } from "@darkroom/testing/wait-for";
import supertest from "supertest";
import { afterAll, describe, expect, test } from "vitest";
import { listen, stopServing } from "../../serve.ts";
import { openTestApi } from "../../testing/open-test-api.ts";
import { pngOf } from "../../testing/pictures.ts";
import { sendPieces } from "../../testing/send-pieces.ts";

const bytesMax = 2_000_000;
const api = await openTestApi({ env: { INPUT_BYTES_MAX: String(bytesMax), OUTPUT_LINK_SECONDS: "600" } });
afterAll(() => api.close());

const upload = (body: Buffer, type = "image/png") => api.call("post", "/v1/files").set("content-type", type).send(body);

/** A PNG with this many bytes behind it, of which nobody takes note. */
function pngOfBytes(bytes: number): Buffer {
  const png = pngOf(20, 10);
  return Buffer.concat([png, randomBytes(bytes - png.length)]);
}

/** A form up to the bytes of its file. */
const formStart = Buffer.from(
  '--b\r\ncontent-disposition: form-data; name="f"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n',
);

async function fetchThrough(link: string): Promise<Buffer> {
  const url = new URL(link);
  const { headers } = await supertest(api.app)
    .get(url.pathname + url.search)
    .expect(302);
  const response = await fetch(String(headers.location));
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

describe("an upload", () => {
  test("as the body is stored whole, measured, and found again by its link", async () => {
    const picture = pngOfBytes(1_500_000);
    const answer = await upload(picture).expect(201);
    const file = answer.body as File;
    expect(answer.headers.location).toBe(`/v1/files/${file.id}`);
    expect(file).toMatchObject({
      content_type: "image/png",
      bytes: 1_500_000,
      width: 20,
      height: 10,
      sha256: createHash("sha256").update(picture).digest("hex"),
    });
    expect((await fetchThrough(file.url)).equals(picture)).toBe(true);
  });

  test("in a form is the form's first file", async () => {
    const picture = pngOfBytes(1_200_000);
    const answer = await api
      .call("post", "/v1/files")
      .field("note", "hello")
      .attach("anything", picture, { filename: "a.jpg", contentType: "application/octet-stream" })
      .attach("second", pngOf(1, 1), "b.png")
      .expect(201);
    expect(answer.body).toMatchObject({ content_type: "image/png", width: 20, bytes: picture.length });
    expect((await fetchThrough(answer.body.url)).equals(picture)).toBe(true);
  });

  test("is called what its bytes are", async () => {
    const { body } = await upload(pngOf(5, 5), "image/jpeg").expect(201);
    expect(body.content_type).toBe("image/png");
  });

  test("of the largest size still fits, by body and by form", async () => {
    await upload(pngOfBytes(bytesMax)).expect(201);
    await api.call("post", "/v1/files").attach("file", pngOfBytes(bytesMax), "a.png").expect(201);
  });
});

describe("is refused, and nothing is left in database or storage", () => {
  const refused = async (sending: supertest.Test, status: number, code: string) => {
    const before = await api.countAll();
    const { body, text } = await sending.expect(status);
    expect(body.code).toBe(code);
    expect(await api.countAll()).toEqual(before);
    return text;
  };
  const form = () => api.call("post", "/v1/files");

  test("what is no picture, without repeating it", async () => {
    expect(await refused(upload(Buffer.from("<html>hush</html>")), 422, "invalid_picture")).not.toContain("hush");
  });
  test("a picture without dimensions", async () => {
    await refused(upload(pngOf(0, 0)), 422, "invalid_picture");
  });
  test("an empty body", async () => {
    await refused(upload(Buffer.alloc(0)), 422, "invalid_picture");
  });
  test("one byte too many, by body", async () => {
    await refused(upload(pngOfBytes(bytesMax + 1)), 413, "body_too_large");
  });
  test("one byte too many, by form", async () => {
    await refused(form().attach("file", pngOfBytes(bytesMax + 1), "a.png"), 413, "body_too_large");
  });
  test("one byte too many, of unannounced length", async () => {
    await refusedPieces("image/png", [pngOf(1, 1), randomBytes(bytesMax)], 413, "body_too_large");
  });
  test("a content-type that is no picture's", async () => {
    await refused(upload(pngOf(1, 1), "application/pdf"), 415, "unsupported_media_type");
  });
  test("a compressed body", async () => {
    await refused(upload(pngOf(1, 1)).set("content-encoding", "gzip"), 415, "unsupported_media_type");
  });
  test("a form without a file", async () => {
    await refused(form().field("file", "not a file"), 400, "malformed_request");
  });
  test("a form without a boundary", async () => {
    await refused(form().set("content-type", "multipart/form-data").send("x"), 400, "malformed_request");
  });
  test("a form that breaks off inside its file", async () => {
    const type = "multipart/form-data; boundary=b";
    await refusedPieces(type, [formStart, pngOfBytes(200_000)], 400, "malformed_request");
  });

  const refusedPieces = async (type: string, pieces: Buffer[], status: number, code: string) => {
    const before = await api.countAll();
    const headers = { authorization: `Bearer ${api.tenant.key}`, "content-type": type };
    const answer = await sendPieces(api.app, { method: "POST", path: "/v1/files", headers, pieces });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
    expect(await api.countAll()).toEqual(before);
  };
});

test.each(["image/png", "multipart/form-data; boundary=b"])(
  "a sender of %s that goes away half-way leaves nothing",
  async (type) => {
    const server = await listen(api.app, { HOST: "127.0.0.1", PORT: 0 });
    const before = await api.countAll();
    const closed: number[] = [];
    server.on("request", (_request, response) => response.once("close", () => closed.push(response.statusCode)));
    const address = server.address() as { port: number };
    const headers = { authorization: `Bearer ${api.tenant.key}`, "content-type": type, "content-length": "1000000" };
    const sending = send({
      port: address.port,
      host: "127.0.0.1",
      method: "POST",
      path: "/v1/files",
      headers,
      agent: false,
    });
    sending.on("error", () => {});
    if (type.startsWith("multipart")) {
      sending.write(
        '--b\r\ncontent-disposition: form-data; name="f"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n',
      );
    }
    sending.write(pngOfBytes(400_000), () => sending.destroy());
    await waitFor("the end of the request", () => closed.length === 1);
    await stopServing(server, 5_000);
    expect(await api.countAll()).toEqual(before);
  },
);

describe("a file", () => {
  test("is shown as JSON to who asks for JSON", async () => {
    const made = (await upload(pngOf(3, 4)).expect(201)).body as File;
    const { body } = await api.call("get", `/v1/files/${made.id}`).set("accept", "application/json").expect(200);
    expect(body).toEqual(made);
  });

  test("needs its link or a key of its tenant; all else is as if it were not there", async () => {
    const made = (await upload(pngOf(3, 4)).expect(201)).body as File;
    const other = await api.makeTenant();
    await api.call("get", `/v1/files/${made.id}`).expect(302);
    const strangers = [
      api.call("get", `/v1/files/${made.id}`, null),
      api.call("get", `/v1/files/${made.id}?sig=AAAAAAAAAAAAAAAAAAAAAA`, null),
      api.call("get", `/v1/files/${made.id}?sig=a&sig=b`, null),
      api.call("get", `/v1/files/${made.id}`, other.key),
      api.call("get", "/v1/files/file_01k9x4v0q8e2tbn6s5z1r7h3cd", null),
      api.call("get", "/v1/files/nonsense", null),
    ];
    const answers = await Promise.all(strangers.map((stranger) => stranger.expect(404)));
    const details = answers.map(({ body }) => ({ ...body, instance: "", request_id: "" }));
    for (const detail of details) expect(detail).toEqual(details[0]);
  });

  test("leads to storage for far less long than the link there lives, and to other sites too", async () => {
    const made = (await upload(pngOf(3, 4)).expect(201)).body as File;
    const { headers } = await api.call("get", `/v1/files/${made.id}`).expect(302);
    expect(headers["cache-control"]).toBe("private, max-age=150");
    expect(headers["cross-origin-resource-policy"]).toBe("cross-origin");
    expect(new URL(String(headers.location)).searchParams.get("X-Amz-Expires")).toBe("600");
  });

  test("that is deleted is gone from storage, and no job can name it", async () => {
    const before = await api.countAll();
    const made = (await upload(pngOf(3, 4)).expect(201)).body as File;
    const other = await api.makeTenant();
    await api.call("delete", `/v1/files/${made.id}`, other.key).expect(404);
    await api.call("delete", `/v1/files/${made.id}`).expect(204);
    await api.call("delete", `/v1/files/${made.id}`).expect(204);
    expect((await api.countAll()).objects).toBe(before.objects);
    await api.call("get", `/v1/files/${made.id}`).expect(404);
    await api
      .call("post", "/v1/jobs")
      .send({ input: { prompt: "a", image_url: made.id } })
      .expect(422);
  });

  test("uploads need their scope", async () => {
    const { key } = await api.makeKey({ scopes: ["jobs:read", "jobs:write"] });
    const { body } = await api
      .call("post", "/v1/files", key)
      .set("content-type", "image/png")
      .send(pngOf(1, 1))
      .expect(403);
    expect(body).toMatchObject({ code: "insufficient_scope", detail: expect.stringContaining("files:write") });
  });
});
