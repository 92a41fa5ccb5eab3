import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { envSchema } from "./env.ts";

/** What a setting is when it is left out, as the documents write it. */
type Default = string | "none" | "required";

const settings = new Map(Object.entries(envSchema.shape).map(([name, schema]) => [name, defaultOf(schema)]));

const example = "../../../.env.example";
const configuration = "../../../docs/configuration.md";

describe(".env.example", () => {
  it("has every setting of env.ts, each with its default", () => {
    expect(
      asText(settingsInExample(read(example))),
      mend(".env.example", "a comment `# Default: …` or `# Required. …`"),
    ).toEqual(asText(settings));
  });

  it("has, besides, only what docker compose itself reads", () => {
    const compose = ["../../../docker-compose.yml", "../../../docker-compose.emulator.yml"].map(read).join("\n");
    const interpolated = [...compose.matchAll(/\$\{([A-Z0-9_]+)/g)].map(([, name]) => name ?? "");
    // Compose's own variable (Docker: set or change pre-defined environment variables).
    const composeOnly = new Set([...interpolated.filter((name) => !settings.has(name)), "COMPOSE_FILE"]);
    const others = names(read(example)).filter((name) => !settings.has(name));
    expect(others.sort(), "Names in .env.example that neither env.ts nor a compose file reads.").toEqual(
      [...composeOnly].sort(),
    );
  });

  it("names each setting once", () => {
    const all = names(read(example));
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });
});

describe("docs/configuration.md", () => {
  it("has every setting of env.ts in a table, each with its default, and no other", () => {
    const form = "a row | `NAME` | `default`, none or required | meaning | range |";
    expect(asText(settingsInTables(read(configuration))), mend("docs/configuration.md", form)).toEqual(
      asText(settings),
    );
  });
});

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

function defaultOf(schema: (typeof envSchema.shape)[keyof typeof envSchema.shape]): Default {
  const parsed = schema.safeParse(undefined);
  if (!parsed.success) return "required";
  const { data } = parsed;
  if (typeof data !== "object") return String(data ?? "none");
  const text = Array.isArray(data) ? data.join(",") : JSON.stringify(data);
  return text === "" || text === "{}" ? "none" : text;
}

const assignment = /^(?:# )?([A-Z][A-Z0-9_]*)=(.*)$/;

function names(text: string): string[] {
  return text.split("\n").flatMap((line) => assignment.exec(line)?.[1] ?? []);
}

/** The default is said in the comment above; a commented-out value must be the same. Secrets and names to fill in are not. */
function settingsInExample(text: string): Map<string, Default> {
  const found = new Map<string, Default>();
  let said: Default = "not said";
  for (const line of text.split("\n")) {
    if (/^# Required( \(|\.)/.test(line)) said = "required";
    said = /^# Default: (\S+?)\.?(?: |$)/.exec(line)?.[1] ?? said;
    const [, name, value] = assignment.exec(line) ?? [];
    if (!name) continue;
    const isDifferent = line.startsWith("# ") && said !== "none" && value !== said;
    if (settings.has(name)) found.set(name, isDifferent ? `${said}, but the line says ${value}` : said);
    said = "not said";
  }
  return found;
}

function settingsInTables(text: string): Map<string, Default> {
  const rows = text.matchAll(/^\| `([A-Z][A-Z0-9_]*)` \| `?([^`|]*?)`? \|/gm);
  return new Map([...rows].map(([, name = "", said = ""]) => [name, said]));
}

/** Sorted lines: a difference then names the setting. */
function asText(map: Map<string, Default>): string[] {
  return [...map].map(([name, value]) => `${name}: ${value}`).sort();
}

function mend(file: string, form: string): string {
  return `${file} differs from packages/core/src/env.ts (right). Write each setting there as ${form}, with the same default.`;
}
