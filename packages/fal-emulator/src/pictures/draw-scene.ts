import { createRandom, type Random } from "../words/random.ts";
import { createPalette, cssColor, type Rgb } from "./palette.ts";

/** A seeded landscape as SVG: sky, sun, soft lights and layered hills. What a text-to-image model "sees" in a prompt. */
export function drawScene(seed: number, width: number, height: number): string {
  const random = createRandom(seed);
  const palette = createPalette(random);
  const [, , , high, light] = palette;
  const sunX = width * (0.2 + random.next() * 0.6);
  const sunY = height * (0.18 + random.next() * 0.3);
  const sunR = Math.min(width, height) * (0.08 + random.next() * 0.1);
  return svg(
    width,
    height,
    `<defs><linearGradient id="sky" x1="0" y1="0" x2="0.2" y2="1">
      <stop offset="0" stop-color="${cssColor(palette[1])}"/><stop offset="0.55" stop-color="${cssColor(high)}"/>
      <stop offset="1" stop-color="${cssColor(light)}"/></linearGradient></defs>
    <rect width="${width}" height="${height}" fill="url(#sky)"/>
    ${softLights(random, palette, width, height)}
    <circle cx="${sunX}" cy="${sunY}" r="${sunR}" fill="${cssColor(light)}" fill-opacity="0.92"/>
    ${hills(random, palette, width, height)}`,
  );
}

/** Seeded soft colour fields, laid over a repainted source. */
export function drawColorFields(seed: number, width: number, height: number): string {
  const random = createRandom(seed);
  const palette = createPalette(random);
  const ground = `<rect width="${width}" height="${height}" fill="${cssColor(palette[2])}"/>`;
  return svg(width, height, ground + softLights(random, palette, width, height));
}

function svg(width: number, height: number, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`;
}

function softLights(random: Random, palette: Rgb[], width: number, height: number): string {
  const lights = Array.from({ length: 6 }, (_, index) => {
    const color = cssColor(palette[random.integer(palette.length)] ?? [255, 255, 255]);
    const cx = width * random.next();
    const cy = height * random.next();
    const r = Math.max(width, height) * (0.2 + random.next() * 0.35);
    return `<radialGradient id="light${index}"><stop offset="0" stop-color="${color}" stop-opacity="0.75"/>
      <stop offset="1" stop-color="${color}" stop-opacity="0"/></radialGradient>
      <circle cx="${cx}" cy="${cy}" r="${r}" fill="url(#light${index})"/>`;
  });
  return lights.join("");
}

function hills(random: Random, palette: Rgb[], width: number, height: number): string {
  const layers = 4;
  return Array.from({ length: layers }, (_, layer) => {
    const color = cssColor(palette[Math.max(0, 2 - layer)] ?? [0, 0, 0]);
    const opacity = 0.45 + (0.5 * layer) / (layers - 1);
    const ridge = hillRidge(random, width, height, height * (0.5 + layer * 0.13));
    return `<path d="M0 ${height} ${ridge} L${width} ${height} Z" fill="${color}" fill-opacity="${opacity}"/>`;
  }).join("");
}

function hillRidge(random: Random, width: number, height: number, level: number): string {
  const steps = 48;
  const waves = Array.from({ length: 3 }, (_, index) => ({
    phase: random.next() * Math.PI * 2,
    turns: (1 + index * 1.7) * (0.6 + random.next()),
    height: (height * 0.07) / (index + 1),
  }));
  return Array.from({ length: steps + 1 }, (_, step) => {
    const across = step / steps;
    const rise = waves.reduce(
      (sum, wave) => sum + Math.sin(wave.phase + across * wave.turns * Math.PI * 2) * wave.height,
      0,
    );
    return `L${(across * width).toFixed(1)} ${(level + rise).toFixed(1)}`;
  }).join(" ");
}
