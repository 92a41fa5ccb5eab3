import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

/**
 * Stable links to outputs and files carry a signature instead of needing an API key, so that a customer may put them into a
 * page. They never expire by themselves: what they lead to is looked up, and signed afresh, at every visit.
 */
export type Links = {
  outputUrl(outputId: string): string;
  fileUrl(fileId: string): string;
  /** The file's id, if `url` is one of our own links to a file. */
  fileIdIn(url: string): string | null;
  /** Whether `signature` was made by us for this id. */
  isSigned(id: string, signature: string | undefined): boolean;
};

export function createLinks(options: { secret: string; baseUrl: string }): Links {
  const key = Buffer.from(hkdfSync("sha256", options.secret, "", "darkroom links v1", 32));
  // 128 bits are beyond guessing, and keep the link short.
  const sign = (id: string) => createHmac("sha256", key).update(id).digest().subarray(0, 16);
  const link = (path: string, id: string) =>
    `${options.baseUrl}/v1/${path}/${id}?sig=${sign(id).toString("base64url")}`;
  return {
    outputUrl: (id) => link("outputs", id),
    fileUrl: (id) => link("files", id),
    fileIdIn: (url) => {
      const start = `${options.baseUrl}/v1/files/`;
      return url.startsWith(start) ? (url.slice(start.length).split("?")[0] ?? null) : null;
    },
    isSigned: (id, signature) => {
      const given = Buffer.from(signature ?? "", "base64url");
      const expected = sign(id);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
