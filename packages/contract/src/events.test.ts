import { expect, test } from "vitest";
import { eventExamples } from "./event-examples.ts";
import { eventSchema, eventSchemas, eventTypes } from "./events.ts";

test.each(eventTypes)("the example of %s is one", (type) => {
  expect(eventSchemas[type].parse(eventExamples[type])).toEqual(eventExamples[type]);
  expect(eventSchema.parse(eventExamples[type])).toEqual(eventExamples[type]);
});

test("the union has every type, once", () => {
  expect(eventSchema.options.map((schema) => schema.shape.type.value).sort()).toEqual([...eventTypes].sort());
});
