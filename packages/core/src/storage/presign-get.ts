import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import type { Storage } from "./s3.ts";

export type PresignOptions = {
  key: string;
  /** SigV4 allows at most seven days. With an instance role the link ends with the role's session, hours, if that is sooner. */
  expiresInSeconds: number;
  /** When the link's life begins; default now. */
  now?: Date;
  /** Sent by S3 in place of the stored type. */
  contentType?: string;
  /** What a browser calls the download; without it the picture is shown. */
  downloadName?: string;
};

/** A link that reads one object without credentials. It is a secret until it expires: never logged, never stored. */
export function presignGet(storage: Storage, options: PresignOptions): Promise<string> {
  const command = new GetObjectCommand({
    Bucket: storage.bucket,
    Key: options.key,
    ResponseContentType: options.contentType,
    ResponseContentDisposition: options.downloadName && attachment(options.downloadName),
  });
  return getSignedUrl(storage.presigner, command, { expiresIn: options.expiresInSeconds, signingDate: options.now });
}

/** RFC 6266: a plain name for all, and the exact one for those who read the extended form (RFC 8187). */
function attachment(name: string): string {
  const plain = name.replace(/[^\w.-]/g, "_");
  const exact = encodeURIComponent(name).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
