/**
 * Makes small pictures, as a process of its own: decoding takes the processor for long, and decoders of strangers' pictures may
 * crash. Gets {id, bytes}, answers {id, webp}; webp is null for what is no picture. Ends with its parent.
 */
import process from "node:process";
import sharp from "sharp";

const side = 320;
/** A picture that is larger than this when unpacked would only be sent to fill the memory. */
const pixelsMax = 120_000_000;

// One picture after the other, with one thread: whoever asks can wait, the machine has better to do.
sharp.concurrency(1);
sharp.cache(false);

process.on("message", ({ id, bytes }) => {
  sharp(bytes, { limitInputPixels: pixelsMax })
    .rotate()
    .resize({ width: side, height: side, fit: "inside", withoutEnlargement: true })
    .webp({ quality: 75 })
    .toBuffer()
    .then(
      (webp) => process.send?.({ id, webp }),
      () => process.send?.({ id, webp: null }),
    );
});
process.on("disconnect", () => process.exit(0));
