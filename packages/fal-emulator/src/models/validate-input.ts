import type { RequestInput } from "../queue/request.ts";
import type { Field } from "./fields.ts";
import { type Issue, issue } from "./issue.ts";
import type { Model } from "./models.ts";
import { readField } from "./read-field.ts";
import type { ImageSize } from "./read-size.ts";

/** A validated input, every field the emulator acts on spelled out. */
export interface RunInput {
  prompt: string;
  seed: number | null;
  imageCount: number;
  size: string | ImageSize;
  format: "jpeg" | "png" | "webp";
  syncMode: boolean;
  expandPrompt: boolean;
  /** null when the model takes no strength. */
  strength: number | null;
  imageUrl: string | null;
  maskUrl: string | null;
  /** LoRAs and everything else that should change the picture without having a meaning here. */
  variant: string;
}

type Validation = { outcome: "valid"; input: RunInput } | { outcome: "invalid"; issues: Issue[] };

/** What fal's runner does before it generates. Unknown fields are ignored, as fal's models do. */
export function validateInput(model: Model, input: RequestInput): Validation {
  if (input.kind === "malformed") {
    return {
      outcome: "invalid",
      issues: [issue(["body"], "json_invalid", "JSON decode error", {}, { error: "Expecting value" })],
    };
  }
  const body = input.value;
  if (body === undefined) return { outcome: "invalid", issues: [issue(["body"], "missing", "Field required", null)] };
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    const msg = "Input should be a valid dictionary or object to extract fields from";
    return { outcome: "invalid", issues: [issue(["body"], "model_attributes_type", msg, body)] };
  }
  return validateFields(model, body as Record<string, unknown>);
}

function validateFields(model: Model, body: Record<string, unknown>): Validation {
  const values: Record<string, unknown> = {};
  const issues: Issue[] = [];
  for (const [name, field] of Object.entries(model.fields)) {
    const given = body[name];
    if (given === undefined) {
      if (isRequired(field)) issues.push(issue(["body", name], "missing", "Field required", body));
      else values[name] = "fallback" in field ? field.fallback : null;
      continue;
    }
    const reading = readField(["body", name], field, given);
    if (reading.outcome === "refused") issues.push(...reading.issues);
    else values[name] = reading.value;
  }
  return issues.length > 0 ? { outcome: "invalid", issues } : { outcome: "valid", input: toRunInput(values) };
}

function isRequired(field: Field): boolean {
  return field.kind === "file" ? field.required : field.kind === "text" && field.fallback === undefined;
}

/** Every value here has passed its field's reading; the casts name what that reading guarantees. */
function toRunInput(values: Record<string, unknown>): RunInput {
  return {
    prompt: values.prompt as string,
    seed: values.seed as number | null,
    imageCount: values.num_images as number,
    size: values.image_size as string | ImageSize,
    format: values.output_format as RunInput["format"],
    syncMode: values.sync_mode as boolean,
    expandPrompt: values.enable_prompt_expansion === true,
    strength: (values.strength as number | undefined) ?? null,
    imageUrl: (values.image_url as string | null | undefined) ?? null,
    maskUrl: (values.mask_image_url as string | null | undefined) ?? null,
    variant: JSON.stringify([values.loras ?? null, values.negative_prompt ?? null]),
  };
}
