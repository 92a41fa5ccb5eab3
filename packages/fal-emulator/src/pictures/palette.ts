import type { Random } from "../words/random.ts";

export type Rgb = [red: number, green: number, blue: number];

/** Five colours from dark to light around a seeded hue and a second one across the wheel. */
export function createPalette(random: Random): [Rgb, Rgb, Rgb, Rgb, Rgb] {
  const hue = random.next() * 360;
  const other = hue + 120 + random.next() * 120;
  return [
    hslToRgb(hue, 0.55, 0.1),
    hslToRgb(hue + 15, 0.6, 0.3),
    hslToRgb(mixHue(hue, other), 0.55, 0.5),
    hslToRgb(other, 0.7, 0.68),
    hslToRgb(other + 20, 0.75, 0.9),
  ];
}

function mixHue(one: number, other: number): number {
  return (one + other) / 2;
}

/** https://www.w3.org/TR/css-color-4/#hsl-to-rgb */
function hslToRgb(hue: number, saturation: number, lightness: number): Rgb {
  const channel = (offset: number) => {
    const k = (offset + hue / 30) % 12;
    const spread = saturation * Math.min(lightness, 1 - lightness);
    return Math.round(255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

export function cssColor([red, green, blue]: Rgb): string {
  return `rgb(${red},${green},${blue})`;
}
