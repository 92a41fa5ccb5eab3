/** An upload that was initiated and not yet finished. */
export interface Upload {
  /** The file name its `file_url` already carries. */
  name: string;
  contentType: string;
  /** Parts of a multipart upload, by number. */
  parts: Map<number, Buffer>;
}

/** By token: the secret part of an upload URL. */
export type Uploads = Map<string, Upload>;

/** An abandoned upload is dropped when this many newer ones exist. */
const OPEN_UPLOADS_MAX = 1_000;

export function openUpload(uploads: Uploads, token: string, upload: Upload): void {
  uploads.set(token, upload);
  const [oldest] = uploads.keys();
  if (uploads.size > OPEN_UPLOADS_MAX && oldest !== undefined) uploads.delete(oldest);
}
