import type { Model } from "@darkroom/contract/models/model";
import type { Context } from "@darkroom/core/context";
import { type ProblemReply, problem } from "../reply.ts";
import { jsonPointer } from "../requests/field-errors.ts";

export type PricedModel = Model & { price: NonNullable<Model["price"]> };
export type FoundModel = { outcome: "found"; model: PricedModel } | { outcome: "refused"; reply: ProblemReply };

/** The model a job names, if it takes jobs here. */
export function findPricedModel(context: Pick<Context, "models">, id: string, at: readonly PropertyKey[]): FoundModel {
  const model = context.models.find(id);
  const refuse = (code: "unknown_model" | "unpriced_model", message: string): FoundModel => {
    const errors = [{ pointer: jsonPointer([...at, "model"]), message, code, received: id }];
    return { outcome: "refused", reply: problem(code, `${message}.`, { errors }) };
  };
  if (!model) return refuse("unknown_model", "model must be one of GET /v1/models");
  const { price } = model;
  if (!price) return refuse("unpriced_model", `${model.id} takes no jobs here until its price is set`);
  return { outcome: "found", model: { ...model, price } };
}
