import type { Emulator } from "../emulator.ts";
import { fileUrl, newFileName, storeFile } from "../files/file-store.ts";
import type { Issue } from "../models/issue.ts";
import { type ImageSize, presetSize } from "../models/read-size.ts";
import type { RunInput } from "../models/validate-input.ts";
import { flatPicture } from "../pictures/flat-picture.ts";
import { makePicture } from "../pictures/make-picture.ts";
import type { FalRequest } from "../queue/request.ts";
import { seedFromText } from "../words/random.ts";
import { loadSourceImage, type SourceImage } from "./load-source-image.ts";

/** One entry of a model's `images`. */
interface ImageFile {
  url: string;
  content_type: string;
  file_name: string;
  file_size: number;
  width: number;
  height: number;
}

type Generation = { outcome: "generated"; images: ImageFile[]; size: ImageSize } | { outcome: "refused"; issue: Issue };

/** `auto` without a source (tiling), or in flat mode where no source is read. */
const AUTO_FALLBACK: ImageSize = { width: 1024, height: 1024 };
/** Models with a source but no strength (controlnet) keep only its structure. */
const STRENGTH_WITHOUT_FIELD = 0.85;

export async function generateImages(
  emulator: Emulator,
  request: FalRequest,
  input: RunInput,
  seed: number,
): Promise<Generation> {
  const flat = emulator.settings.pictures === "flat";
  const sources = flat ? NO_SOURCES : await loadSources(emulator, input);
  if (sources.outcome === "refused") return sources;
  const size = resolveSize(input.size, sources.source);
  const images: ImageFile[] = [];
  for (let index = 0; index < input.imageCount; index += 1) {
    const bytes = flat
      ? await flatPicture(emulator.flatPictures, {
          ...size,
          format: input.format,
          imageBytes: emulator.settings.imageBytes,
        })
      : await paintImage(input, sources, size, seedFromText(pictureKey(request, input, seed, index)));
    images.push(publish(emulator, request, input, size, bytes));
  }
  return { outcome: "generated", images, size };
}

interface Sources {
  outcome: "loaded";
  source: SourceImage | null;
  mask: SourceImage | null;
}

const NO_SOURCES: Sources = { outcome: "loaded", source: null, mask: null };

async function loadSources(
  emulator: Emulator,
  input: RunInput,
): Promise<Sources | { outcome: "refused"; issue: Issue }> {
  const load = (field: string, url: string | null) => (url === null ? null : loadSourceImage(emulator, field, url));
  const [source, mask] = await Promise.all([load("image_url", input.imageUrl), load("mask_image_url", input.maskUrl)]);
  if (source?.outcome === "refused") return source;
  if (mask?.outcome === "refused") return mask;
  return { outcome: "loaded", source: source?.image ?? null, mask: mask?.image ?? null };
}

function resolveSize(size: RunInput["size"], source: SourceImage | null): ImageSize {
  if (typeof size !== "string") return size;
  return presetSize(size) ?? source?.size ?? AUTO_FALLBACK;
}

/** The same prompt, seed and model give the same picture; images of one request differ. */
function pictureKey(request: FalRequest, input: RunInput, seed: number, index: number): string {
  return [request.endpointId, input.prompt, seed, index, input.variant].join("\n");
}

function paintImage(input: RunInput, sources: Sources, size: ImageSize, seed: number): Promise<Buffer> {
  return makePicture({
    source: sources.source?.encoded ?? null,
    mask: sources.mask?.encoded ?? null,
    strength: input.strength ?? STRENGTH_WITHOUT_FIELD,
    ...size,
    format: input.format,
    seed,
  });
}

function publish(emulator: Emulator, request: FalRequest, input: RunInput, size: ImageSize, bytes: Buffer): ImageFile {
  const contentType = `image/${input.format}`;
  const name = newFileName(`.${input.format}`);
  const facts = { content_type: contentType, file_name: name, file_size: bytes.length, ...size };
  if (input.syncMode) return { url: `data:${contentType};base64,${bytes.toString("base64")}`, ...facts };
  const cached = emulator.settings.pictures === "flat";
  const lifeMs = request.fileExpiryMs ?? emulator.settings.fileExpiryMs;
  const expiresAt = lifeMs === null ? null : new Date(emulator.now().getTime() + lifeMs);
  storeFile(emulator.files, { name, contentType, bytes, expiresAt, subject: request.subject, cached });
  return { url: fileUrl(request.base, name), ...facts };
}
