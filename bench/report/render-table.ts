import type { Row } from "../row.ts";
import type { Results } from "./results.ts";

const headings = ["row", "unit", "Darkroom", "peer", "", "ratio", "spread", "target", "met"];

/** The rows as a Markdown table, which is readable on a terminal, too. */
export function renderTable(rows: readonly Row[]): string {
  const cells = [headings, ...rows.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head = [], ...rest] = cells.map(line);
  return [head, rule, ...rest].join("\n");
}

function cellsOf(row: Row): string[] {
  return [
    row.name,
    row.unit,
    String(row.ours),
    row.peer === null ? "" : String(row.peer),
    row.peer_name ?? "",
    row.ratio === null ? "" : String(row.ratio),
    `${row.spread[0]} – ${row.spread[1]}`,
    row.target ?? "",
    row.met === null ? "" : row.met ? "yes" : "**no**",
  ];
}

/** The lines below the table: where, when and with what. */
export function renderRun({ machine, versions, backend, date }: Omit<Results, "rows">): string {
  const { settings, ...others } = versions;
  return [
    `- ${date}, queue on ${backend === "both" ? "Redis and on Postgres" : backend}`,
    `- ${machine.cores} × ${machine.cpu}, ${machine.memory_gib} GiB, ${machine.system}`,
    `- ${Object.entries(others)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
    `- ${settings}`,
  ].join("\n");
}
