import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FalEmulator, startFalEmulator } from "../start-fal-emulator.ts";
import { createCaller, IMAGE_TO_IMAGE, type Reply, TURBO } from "../testing/create-caller.ts";

let emulator: FalEmulator;
let source: string;

beforeAll(async () => {
  emulator = await startFalEmulator({ seed: 1 });
  const background = { r: 200, g: 120, b: 40 };
  const picture = await sharp({ create: { width: 60, height: 40, channels: 3, background } })
    .png()
    .toBuffer();
  source = `data:image/png;base64,${picture.toString("base64")}`;
});
afterAll(() => emulator.stop());

const run = (endpoint: string, input: object): Promise<Reply> =>
  createCaller(emulator).call(`/fal.run/${endpoint}`, { method: "POST", body: { prompt: "a lighthouse", ...input } });

async function pictureAt(url: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(url)).arrayBuffer());
}

describe("a run", () => {
  it("answers every field of the output, with a real picture behind the URL", async () => {
    const { status, headers, body } = await run(IMAGE_TO_IMAGE, { image_url: source, num_images: 2 });
    expect(status).toBe(200);
    expect(headers.get("x-fal-billable-units")).toBe("0.0048");
    expect(Object.keys(body)).toEqual(["images", "timings", "seed", "has_nsfw_concepts", "prompt"]);
    expect(body).toMatchObject({ prompt: "a lighthouse", has_nsfw_concepts: [false, false], seed: expect.any(Number) });
    const [one, other] = await Promise.all(body.images.map((image: { url: string }) => pictureAt(image.url)));
    expect(await sharp(one).metadata()).toMatchObject({ width: 60, height: 40, format: "png" });
    expect(body.images[0]).toMatchObject({ content_type: "image/png", file_size: one?.length, width: 60, height: 40 });
    expect(one?.equals(other!)).toBe(false);
  });

  it.each([
    ["square_hd", 1024, 1024],
    ["square", 512, 512],
    ["portrait_4_3", 768, 1024],
    ["portrait_16_9", 576, 1024],
    ["landscape_4_3", 1024, 768],
    ["landscape_16_9", 1024, 576],
  ])("makes %s", async (image_size, width, height) => {
    const { body } = await run(TURBO, { image_size, output_format: "jpeg" });
    expect(body.images[0]).toMatchObject({ width, height, content_type: "image/jpeg" });
    expect(await sharp(await pictureAt(body.images[0].url)).metadata()).toMatchObject({
      width,
      height,
      format: "jpeg",
    });
  });

  it("makes custom sizes, data URIs and expanded prompts", async () => {
    const image_size = { width: 33, height: 21 };
    const { body } = await run(TURBO, {
      image_size,
      sync_mode: true,
      output_format: "webp",
      enable_prompt_expansion: true,
    });
    const [head, content] = body.images[0].url.split(",");
    expect(head).toBe("data:image/webp;base64");
    expect(await sharp(Buffer.from(content, "base64")).metadata()).toMatchObject({ ...image_size, format: "webp" });
    expect(body.prompt).toMatch(/^a lighthouse, ./);
  });

  it("repeats itself for the same seed only", async () => {
    const input = { image_size: { width: 64, height: 64 }, seed: 5 };
    const pictures: Buffer[] = [];
    for (const change of [{}, {}, { seed: 6 }, { prompt: "a barn" }]) {
      pictures.push(await pictureAt((await run(TURBO, { ...input, ...change })).body.images[0].url));
    }
    expect(pictures.map((picture) => picture.equals(pictures[0]!))).toEqual([true, true, false, false]);
  });

  it("reads sources over HTTP, its own uploads and outputs included", async () => {
    const first = await run(TURBO, { image_size: { width: 50, height: 30 } });
    const second = await run(IMAGE_TO_IMAGE, { image_url: first.body.images[0].url });
    expect(second.body.images[0]).toMatchObject({ width: 50, height: 30 });
  });

  it.each([
    ["an address nobody answers", "http://127.0.0.1:1/a.png", "file_download_error"],
    ["no address at all", "nonsense", "file_download_error"],
    ["a file that is no image", "data:text/plain,hello", "image_load_error"],
    ["an empty data URI", "data:image/png;base64,", "image_load_error"],
    ["a missing file", "EMULATOR/fal.media/files/b/missing.png", "file_download_error"],
  ])("refuses %s", async (_name, image_url, type) => {
    const reply = await run(IMAGE_TO_IMAGE, { image_url: image_url.replace("EMULATOR", emulator.url) });
    expect(reply).toMatchObject({ status: 422, body: { detail: [{ loc: ["body", "image_url"], type }] } });
    expect(reply.headers.get("x-fal-billable-units")).toBe("0");
  });

  it("refuses a picture that is cut off", async () => {
    const large = await sharp({ create: { width: 600, height: 600, channels: 3, background: "red" } })
      .composite([{ input: Buffer.from('<svg width="600" height="600"><circle cx="300" cy="300" r="200"/></svg>') }])
      .jpeg()
      .toBuffer();
    const image_url = `data:image/jpeg;base64,${large.subarray(0, large.length >> 1).toString("base64")}`;
    const reply = await run(IMAGE_TO_IMAGE, { image_url });
    expect(reply).toMatchObject({ status: 422, body: { detail: [{ type: "image_load_error" }] } });
  });
});
