import { expect, test } from "vitest";
import { createSecrets } from "./secrets.ts";

const secrets = createSecrets("a root secret that is long enough, really");
const sealed = secrets.seal("whsec_x", "sec_1");

test("opens what it sealed, and shows nothing of it", () => {
  expect(secrets.open(sealed, "sec_1")).toBe("whsec_x");
  expect(sealed).toMatch(/^[0-9a-f]{8}\.[\w-]+$/);
  expect(secrets.seal("whsec_x", "sec_1")).not.toBe(sealed);
  expect(createSecrets("a root secret that is long enough, really").open(sealed, "sec_1")).toBe("whsec_x");
});

test("does not open in another row, under another root secret, or changed", () => {
  expect(() => secrets.open(sealed, "sec_2")).toThrow();
  expect(() => createSecrets("another root secret that is long too").open(sealed, "sec_1")).toThrow(/DARKROOM_SECRET/);
  const [keyId, text = ""] = sealed.split(".");
  const flipped = text.startsWith("A") ? `B${text.slice(1)}` : `A${text.slice(1)}`;
  expect(() => secrets.open(`${keyId}.${flipped}`, "sec_1")).toThrow();
  expect(() => secrets.open("", "sec_1")).toThrow();
});
