/** The pictures we take and keep: what fal makes and browsers show. Types with their file extensions. */
export const imageExtensions = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/gif": "gif",
  "image/avif": "avif",
} as const;

export type ImageType = keyof typeof imageExtensions;
export type ImageExtension = (typeof imageExtensions)[ImageType];

export function isImageType(text: string): text is ImageType {
  return Object.hasOwn(imageExtensions, text);
}
