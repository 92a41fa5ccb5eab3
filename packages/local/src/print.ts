import { styleText } from "node:util";

/** One line for a person. */
export function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

export function bold(text: string): string {
  return colours() ? styleText("bold", text) : text;
}

export function dim(text: string): string {
  return colours() ? styleText("dim", text) : text;
}

/** A terminal that has them, and nobody who said NO_COLOR. */
function colours(): boolean {
  return process.stdout.isTTY === true && process.stdout.hasColors();
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
