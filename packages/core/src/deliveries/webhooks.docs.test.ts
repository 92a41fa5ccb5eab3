import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deliveryErrorCatalogue } from "@darkroom/contract/deliveries";
import { eventCatalogue } from "@darkroom/contract/events";
import { findProgram } from "@darkroom/testing/find-program";
import { describe, expect, it, test } from "vitest";
import { envSchema } from "../env.ts";
import { newHmacSecret, readSigningKey, signatureHeader } from "./sign.ts";
import { deliveryTransitions } from "./state.ts";

const page = readFileSync(new URL("../../../../docs/webhooks.md", import.meta.url), "utf8");

it("draws every transition of a delivery, and none that is not there", () => {
  const drawn = [...page.matchAll(/^ {2}(\w+) --> (\w+): \S.*$/gm)].map(([, from, to]) => `${from} --> ${to}`);
  const allowed = Object.entries(deliveryTransitions).flatMap(([from, all]) => all.map((to) => `${from} --> ${to}`));
  expect(drawn.sort(), "Left: docs/webhooks.md; right: deliveries/state.ts.").toEqual(allowed.sort());
});

it("has every event, and whether it has to be asked for", () => {
  const rows = [...page.matchAll(/^\| `(\w+\.\w+)` \| (always|if named in `events`) \| (.+) \|$/gm)];
  const events = Object.entries(eventCatalogue).map(([type, { optIn, meaning }]) => {
    return `${type}: ${optIn ? "if named in `events`" : "always"}: ${meaning}`;
  });
  expect(rows.map(([, type, sent, meaning]) => `${type}: ${sent}: ${meaning}`)).toEqual(events);
});

it("has every reason why an attempt fails", () => {
  const [, table = ""] = page.split(/^\| `last_error` \| Means \|$/m);
  const [rest = ""] = table.split(/^## /m);
  const rows = [...rest.matchAll(/^\| `(\w+)` \| ([^|]+) \|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(Object.entries(deliveryErrorCatalogue));
});

it("has the schedule, with its sums", () => {
  const rows = [...page.matchAll(/^\| (\d+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, ...cells]) => cells);
  let sum = 0;
  const schedule = envSchema.shape.DELIVERY_RETRY_SECONDS.parse(undefined).map((pause, index) => {
    sum += pause;
    return [String(index + 1), inWords(pause), inWords(sum)];
  });
  expect(rows).toEqual(schedule);
});

function inWords(seconds: number): string {
  const parts = [
    [Math.floor(seconds / 3_600), "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ];
  return parts.flatMap(([count, unit]) => (count === 0 ? [] : `${count} ${unit}`)).join(" ") || "0 s";
}

describe("the snippet", () => {
  const secret = newHmacSecret();
  const body = '{"type":"test.ping","data":{"words":"Grüße"}}';

  function deliver(changes: { seconds?: number; secret?: string; body?: string } = {}) {
    const timestamp = Math.floor(Date.now() / 1000) + (changes.seconds ?? 0);
    const keys = [newHmacSecret(), changes.secret ?? secret].map((key) =>
      readSigningKey({ kind: "hmac", secret: key }),
    );
    const signature = signatureHeader({ id: "evt_1", timestamp, body }, keys);
    const headers = { "webhook-id": "evt_1", "webhook-timestamp": String(timestamp), "webhook-signature": signature };
    return { headers, body: changes.body ?? body, secret };
  }
  /** One that is genuine, and three that are not. */
  const deliveries = [
    deliver(),
    deliver({ secret: newHmacSecret() }),
    deliver({ seconds: -600 }),
    deliver({ body: `${body} ` }),
  ];
  const verdicts = [true, false, false, false];
  const dir = mkdtempSync(join(tmpdir(), "darkroom-snippets-"));

  function snippet(language: string, marker: string): string {
    const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(
      ([, code = ""]) => code,
    );
    const found = blocks.find((code) => code.includes(marker));
    if (!found) throw new Error(`docs/webhooks.md has no ${language} snippet with ${marker}`);
    return found;
  }

  function run(program: string, args: string[], input: string): string {
    const { stdout, stderr, status } = spawnSync(program, args, { input, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    return stdout.trim();
  }

  test("for Node", async () => {
    const file = join(dir, "verify.mjs");
    writeFileSync(file, snippet("js", "isFromDarkroom"));
    const { isFromDarkroom } = (await import(pathToFileURL(file).href)) as {
      isFromDarkroom(headers: object, body: Buffer, secret: string): boolean;
    };
    const judged = deliveries.map((it) => isFromDarkroom(it.headers, Buffer.from(it.body), it.secret));
    expect(judged).toEqual(verdicts);
    expect(isFromDarkroom({}, Buffer.from(body), secret)).toBe(false);
  });

  const python = findProgram("python3");
  test.skipIf(!python)(`for Python${python ? "" : " (not run: python3 is not on the PATH)"}`, () => {
    const file = join(dir, "verify.py");
    const harness = [
      "import json, sys",
      "all = json.load(sys.stdin)",
      "print(json.dumps([is_from_darkroom(it['headers'], it['body'].encode(), it['secret']) for it in all]))",
    ];
    writeFileSync(file, `${snippet("python", "is_from_darkroom")}\n\n${harness.join("\n")}\n`);
    expect(JSON.parse(run(python ?? "", [file], JSON.stringify(deliveries)))).toEqual(verdicts);
  });

  const shell = findProgram("openssl") && findProgram("sh");
  test.skipIf(!shell)(`for a shell${shell ? "" : " (not run: openssl is not on the PATH)"}`, () => {
    const script = `${snippet("sh", "is_from_darkroom")}\nis_from_darkroom "$@" && echo true || echo false`;
    const judged = deliveries.map(({ headers, body: sent, secret: with_ }) => {
      const args = [headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], with_];
      return run(shell ?? "", ["-c", script, "sh", ...args], sent) === "true";
    });
    expect(judged).toEqual(verdicts);
  });

  const go = findProgram("go");
  test.skipIf(!go)(`for Go${go ? "" : " (not run: go is not on the PATH)"}`, () => {
    const file = join(dir, "main.go");
    const imports = 'import (\n\t"encoding/json"\n\t"fmt"\n\t"os"\n';
    const code = snippet("go", "IsFromDarkroom")
      .replace("package darkroom", "package main")
      .replace("import (\n", imports);
    const harness = `
func main() {
	var all []struct {
		Headers      map[string]string
		Body, Secret string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&all); err != nil {
		panic(err)
	}
	judged := []bool{}
	for _, it := range all {
		header := http.Header{}
		for name, value := range it.Headers {
			header.Set(name, value)
		}
		judged = append(judged, IsFromDarkroom(header, []byte(it.Body), it.Secret))
	}
	out, _ := json.Marshal(judged)
	fmt.Println(string(out))
}
`;
    writeFileSync(file, code + harness);
    expect(JSON.parse(run(go ?? "", ["run", file], JSON.stringify(deliveries)))).toEqual(verdicts);
  });
});
