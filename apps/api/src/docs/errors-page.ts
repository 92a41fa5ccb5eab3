import { jobErrorCatalogue } from "@darkroom/contract/job-errors";
import { problemCatalogue } from "@darkroom/contract/problems";

let page: string | undefined;

/** Where every problem's `type` leads: each code with its meaning and what to do, from the same table that makes the problems. */
export function errorsPage(): string {
  page ??= render();
  return page;
}

function render(): string {
  const problems = Object.entries(problemCatalogue).map(([code, { status, title, remedy }]) =>
    row(code, code, [String(status), title, remedy]),
  );
  const jobErrors = Object.entries(jobErrorCatalogue).map(([code, { blame, retryable, meaning, remedy }]) =>
    row(`job.${code}`, code, [blame, retryable ? "yes" : "no", meaning, remedy]),
  );
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Darkroom errors</title>
    <link rel="icon" href="/docs/favicon-32x32.png">
    <style>
      body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
      table { border-collapse: collapse; width: 100%; }
      th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ddd; }
      tr:target { background: #fff3c4; }
    </style>
  </head>
  <body>
    <h1>Errors</h1>
    <p><a href="/docs">API reference</a></p>
    <h2>Refused requests</h2>
    <p>RFC 9457 problems; <code>code</code> never changes.</p>
    ${table(["Code", "Status", "Meaning", "What to do"], problems)}
    <h2>Failed jobs</h2>
    <p><code>error.code</code> of a job whose status is failed.</p>
    ${table(["Code", "Blame", "Retry can help", "Meaning", "What to do"], jobErrors)}
  </body>
</html>
`;
}

function table(heads: string[], rows: string[]): string {
  const head = heads.map((text) => `<th>${escapeHtml(text)}</th>`).join("");
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
}

function row(id: string, code: string, cells: string[]): string {
  const rest = cells.map((text) => `<td>${toHtml(text)}</td>`).join("");
  return `<tr id="${id}"><td><code>${code}</code></td>${rest}</tr>`;
}

/** The catalogues write code in backticks. */
function toHtml(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, "<code>$1</code>");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
