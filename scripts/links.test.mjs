import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const notOurs = new Set(["node_modules", "dist", "generated"]);

/** Every page of the repository, hidden folders and what others wrote aside. */
function findPages(dir = root) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) return notOurs.has(entry.name) || entry.name.startsWith(".") ? [] : findPages(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

/** Without code, in which brackets are no links and # starts no heading. */
const proseOf = (page) =>
  readFileSync(page, "utf8")
    .replaceAll(/^(```+).*?^\1/gms, "")
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()]/g, ""));

/** As GitHub names headings: lowercase, letters, digits, - and _ only, spaces as -, and a number where two are alike. */
function anchorsOf(page) {
  const seen = new Map();
  const headings = [...proseOf(page).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, text]) => text);
  const named = headings.map((text) => {
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
  return new Set([...named, ...[...proseOf(page).matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, id]) => id)]);
}

function brokenLinksOf(page) {
  const targets = [...proseOf(page).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, target]) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/i.test(target)) return false;
    const [path, anchor] = target.split("#");
    const file = path ? resolve(dirname(page), decodeURIComponent(path)) : page;
    if (!existsSync(file)) return true;
    return anchor !== undefined && file.endsWith(".md") && !anchorsOf(file).has(anchor);
  });
}

const pages = findPages().map((page) => relative(root, page));

test("README.md and docs/ are among the pages", () => {
  expect(pages).toEqual(
    expect.arrayContaining(["README.md", "docs/webhooks.md", "docs/adr/0001-postgres-is-the-truth.md"]),
  );
});

test.each(pages)("every relative link of %s leads somewhere, to the heading it names", (page) => {
  expect(brokenLinksOf(join(root, page))).toEqual([]);
});
