/**
 * The embedded S3 server: s3rver in a process of its own, with its known defects repaired. For loopback only: it checks no
 * signatures. One argument: JSON {"dir", "port", "bucket"}.
 *
 * Repaired, each against s3rver 3.7.1 (lib/stores/filesystem.js):
 * - an upload answered 200 before its file was written, so that a read right after it, or the assembly of a multipart
 *   upload, could see less than was sent; and an upload that broke off left half an object under its name;
 * - two deletes, or a delete and an upload, in one folder could trip over each other;
 * - ranges counted from the end were misread: now ignored;
 * - bodies with a checksum trailer (the AWS SDK's default) were stored with their framing: now refused with 501.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import S3rver from "s3rver";

const { dir, port, bucket } = JSON.parse(process.argv[2]);
const incomingDir = join(dir, "incoming");

/** Writes a whole body to a file of its own. Throws, leaving nothing, if it breaks off. */
async function receive(content) {
  const file = join(incomingDir, randomUUID());
  const md5 = createHash("md5");
  let size = 0;
  const measure = new Transform({
    transform(chunk, _encoding, done) {
      md5.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const source = Buffer.isBuffer(content) ? [content] : content;
    await pipeline(source, measure, createWriteStream(file));
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
  return { file, size, md5: md5.digest("hex") };
}

/** A folder may vanish between its making and its use, when the last object in it is deleted: then once more. */
async function inFolder(folder, act) {
  await mkdir(folder, { recursive: true });
  return act().catch(async (error) => {
    if (error.code !== "ENOENT") throw error;
    await mkdir(folder, { recursive: true });
    return act();
  });
}

const repairs = {
  async putObject(object) {
    const target = this.getResourcePath(object.bucket, object.key, "object");
    const { file, size, md5 } = await receive(object.content);
    await inFolder(dirname(target), async () => {
      // The object last: what can be seen is whole.
      await this.putMetadata(object.bucket, object.key, object.metadata, md5);
      await rename(file, target);
    });
    return { size, md5 };
  },

  async putPart(bucketName, uploadId, partNumber, content) {
    const target = join(this.getResourcePath(bucketName, undefined, "uploads"), uploadId, String(partNumber));
    const { file, size, md5 } = await receive(content);
    await rename(file, target);
    await writeFile(`${target}.md5`, md5);
    return { size, md5 };
  },

  async putObjectMultipart(bucketName, uploadId, parts) {
    const folder = join(this.getResourcePath(bucketName, undefined, "uploads"), uploadId);
    const key = await readFile(join(folder, "key"), "utf8");
    const metadata = JSON.parse(await readFile(join(folder, "metadata"), "utf8"));
    const files = parts.sort((a, b) => a.number - b.number).map((part) => join(folder, String(part.number)));
    const result = await this.putObject({ bucket: bucketName, key, metadata, content: concat(files) });
    await rm(folder, { recursive: true, force: true });
    return result;
  },

  async deleteObject(bucketName, key) {
    const target = this.getResourcePath(bucketName, key, "object");
    const metadata = this.getResourcePath(bucketName, key, "metadata.json");
    await Promise.all([target, `${target}.md5`, metadata].map((file) => rm(file, { force: true })));
    await removeEmpty(dirname(target), this.getBucketPath(bucketName));
  },
};

async function* concat(files) {
  for (const file of files) yield* createReadStream(file);
}

async function removeEmpty(folder, root) {
  if (folder === root || !folder.startsWith(root)) return;
  const removed = await rmdir(folder).then(
    () => true,
    () => false,
  );
  if (removed) await removeEmpty(dirname(folder), root);
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html */
async function refuseTrailers(context, next) {
  if (!context.get("x-amz-content-sha256").endsWith("-TRAILER")) return next();
  context.req.resume();
  context.status = 501;
  context.type = "application/xml";
  context.body =
    "<Error><Code>NotImplemented</Code><Message>Checksum trailers: set requestChecksumCalculation to WHEN_REQUIRED</Message></Error>";
}

/** s3rver reads `bytes=-500` as 0 to 500. A server may ignore a range (RFC 9110, 14.2), so the whole object is sent. */
function ignoreOddRanges(context, next) {
  if (!/^bytes=\d+-\d*$/.test(context.get("range"))) delete context.req.headers.range;
  return next();
}

await rm(incomingDir, { recursive: true, force: true });
await mkdir(incomingDir, { recursive: true });
const directory = join(dir, "buckets");
await mkdir(directory, { recursive: true });
const isNew = !(await stat(join(directory, bucket)).catch(() => undefined));

// Silent: it would log presigned addresses.
const server = new S3rver({ address: "127.0.0.1", port, directory, silent: true, vhostBuckets: false });
server.on("error", (error) => {
  const isAnswer = error.status < 500;
  const isLoss = ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE"].includes(error.code);
  if (!isAnswer && !isLoss) process.stderr.write(`${error.stack}\n`);
});
Object.assign(server.store, repairs);
server.middleware.unshift(refuseTrailers, ignoreOddRanges);
if (isNew) await server.store.putBucket(bucket);
await server.run();
process.stdout.write(`S3 on http://127.0.0.1:${port}, bucket ${bucket}\n`);

process.on("SIGTERM", () => {
  server.httpServer.close(() => process.exit(0));
  // api and worker are gone by now; what is left is a reader that went away.
  setTimeout(() => server.httpServer.closeAllConnections(), 500);
});
