import { z } from "zod";
import { mustBe, showKind } from "./messages.ts";

/**
 * Longest accepted text of an image field. A data URI carries four characters for three bytes, so this is a picture
 * of about 30 MB. The exact limit in bytes, the media type and the host are checked where the picture is read.
 */
export const IMAGE_INPUT_CHARS_MAX = 40_000_000;

const expectation = "an http(s) URL, a data:image/ URI or the id (file_…) of an uploaded file";

/** Said of a link without repeating it: a signed URL is a secret. */
function showImage(value: unknown): string {
  const scheme = typeof value === "string" ? /^[A-Za-z][A-Za-z0-9+.-]{0,15}:/.exec(value)?.[0] : undefined;
  return scheme ? `a text that starts with ${scheme}` : showKind(value);
}

/** A field that carries a picture: a link, the picture itself, or a file uploaded to us. */
export function imageInput(field: string) {
  const error = mustBe(field, expectation, showImage);
  const tooLong = mustBe(field, `at most ${IMAGE_INPUT_CHARS_MAX} characters`, showKind);
  return z
    .string({ error })
    .min(1, { error, abort: true })
    .max(IMAGE_INPUT_CHARS_MAX, { error: tooLong, abort: true })
    .regex(/^(https?:\/\/|data:image\/|file_)./, { error });
}
