import { hashInput } from "../jobs/hash-input.ts";

/** What makes two jobs of a tenant the same one. */
export type SameJob = {
  model: string;
  /** After the model's schema, with defaults. The seed is in it; none given is the same as none given. */
  input: Readonly<Record<string, unknown>>;
  /** Fields of the input that hold pictures. */
  imageFields: readonly string[];
  /** SHA-256 of the pictures' bytes by what stands for them in the input. */
  contents: ReadonlyMap<unknown, string>;
};

/** SHA-256 over all of it. Pictures count by their content: two uploads of one picture are the same, one URL at two times is not. */
export function fingerprintJob({ model, input, imageFields, contents }: SameJob): Buffer {
  const pictures = imageFields.map((field) => [input[field]].flat().map((value) => contents.get(value) ?? null));
  const rest = Object.entries(input).filter(([name]) => !imageFields.includes(name));
  return hashInput({ model, rest: Object.fromEntries(rest), pictures });
}
