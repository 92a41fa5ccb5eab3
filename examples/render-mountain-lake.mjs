/**
 * Renders examples/mountain-lake.jpg, the picture that `npm run demo` sends: `node examples/render-mountain-lake.mjs`.
 * A small ray marcher over a noise landscape, after the techniques that Inigo Quilez published for terrain (fBm with
 * derivatives, height fog coloured by the sun). The same picture every time: nothing in it is random.
 * Script and picture: CC0-1.0, made for this project (examples/LICENSE.md).
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const width = Number(process.argv[2] ?? 1024);
const height = Math.round(width * 0.75);
const samples = Number(process.argv[3] ?? 4);
const out = process.argv[4] ?? join(dirname(fileURLToPath(import.meta.url)), "mountain-lake.jpg");

// ── vectors ──
const add = (a, b) => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const scale = (a, k) => [a[0] * k, a[1] * k, a[2] * k];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const normalize = (a) => scale(a, 1 / Math.hypot(...a));
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const mix = (a, b, k) => [a[0] + (b[0] - a[0]) * k, a[1] + (b[1] - a[1]) * k, a[2] + (b[2] - a[2]) * k];
const times = (a, b) => [a[0] * b[0], a[1] * b[1], a[2] * b[2]];
const clamp = (x, low = 0, high = 1) => Math.min(high, Math.max(low, x));
const smoothstep = (from, to, x) => {
  const t = clamp((x - from) / (to - from));
  return t * t * (3 - 2 * t);
};

// ── noise ──
function hash(x, y) {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

/** Value noise and its derivatives, in `noiseOut`, to spare an allocation per call. */
const noiseOut = [0, 0, 0];
function noise(x, y) {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const ux = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
  const uy = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
  const a = hash(ix, iy);
  const b = hash(ix + 1, iy);
  const c = hash(ix, iy + 1);
  const d = hash(ix + 1, iy + 1);
  const k = a - b - c + d;
  noiseOut[0] = a + (b - a) * ux + (c - a) * uy + k * ux * uy;
  noiseOut[1] = 30 * fx * fx * (fx * (fx - 2) + 1) * (b - a + k * uy);
  noiseOut[2] = 30 * fy * fy * (fy * (fy - 2) + 1) * (c - a + k * ux);
  return noiseOut[0];
}

/** Eroded look: octaves count less where it is steep already. */
function erodedFbm(px, py, octaves) {
  let x = px;
  let y = py;
  let sum = 0;
  let weight = 1;
  let dx = 0;
  let dy = 0;
  for (let octave = 0; octave < octaves; octave += 1) {
    const n = noise(x, y);
    dx += noiseOut[1];
    dy += noiseOut[2];
    sum += (weight * n) / (1 + dx * dx + dy * dy);
    weight *= 0.5;
    const rotated = 1.6 * x - 1.2 * y;
    y = 1.2 * x + 1.6 * y;
    x = rotated;
  }
  return sum;
}

function fbm(px, py, octaves) {
  let x = px;
  let y = py;
  let sum = 0;
  let weight = 0.5;
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += weight * noise(x, y);
    weight *= 0.5;
    const rotated = 1.6 * x - 1.2 * y;
    y = 1.2 * x + 1.6 * y;
    x = rotated;
  }
  return sum;
}

// ── the land: x to the right, y up, z away; metres ──
const farMax = 9000;
/** Where the lake is: the ground is pressed below the water between the shores. */
function basin(x, z) {
  const bays = 90 * Math.sin(z * 0.0031 + 0.6) + 38 * Math.sin(z * 0.0091) + 60 * (noise(x * 0.004, z * 0.004) - 0.5);
  const leftShore = -330 - bays - z * 0.05;
  const rightShore = 34 + 300 * smoothstep(-60, 900, z) + bays * 0.8 * smoothstep(0, 400, z);
  const beyond = Math.max(leftShore - x, x - rightShore);
  return Math.max(smoothstep(-70, 1500, beyond), smoothstep(1900, 3900, z) * 0.85);
}

function ground(x, z, octaves) {
  const rise = basin(x, z);
  const rock = erodedFbm(x * 0.00062 + 7.3, z * 0.00062 + 2.1, octaves) * 1500;
  const back = smoothstep(2200, 5600, z) * 380;
  const near = fbm(x * 0.019 + 5, z * 0.019, Math.min(octaves, 7)) * 13;
  const bank = 26 * smoothstep(0, 0.012, rise) + 60 * smoothstep(0.004, 0.12, rise);
  return -36 + bank + near + rise * (rock * 1.05 + back - 130);
}

/** Conifers: a cone per cell of a jittered grid, only where a forest would stand. */
const cell = 11;
function treeHeight(x, z, base) {
  if (base < 3 || base > 390) return 0;
  let best = 0;
  const cx = Math.floor(x / cell);
  const cz = Math.floor(z / cell);
  for (let i = cx - 1; i <= cx + 1; i += 1)
    for (let j = cz - 1; j <= cz + 1; j += 1) {
      const chance = hash(i + 911, j - 377);
      const tx = (i + 0.2 + 0.6 * hash(i, j)) * cell;
      const tz = (j + 0.2 + 0.6 * hash(j + 57, i - 13)) * cell;
      const density = fbm(tx * 0.004 + 3, tz * 0.004, 3);
      if (chance > smoothstep(0.2, 0.5, density) * (1 - smoothstep(230, 390, base)) * 1.05) continue;
      const tall = 11 + 15 * hash(i - 5, j + 91);
      const away = Math.hypot(x - tx, z - tz);
      // Boughs: the outline is ragged all around, and more so further out.
      const ragged = noise(Math.atan2(z - tz, x - tx) * 3.2 + i * 7, away * 0.9 + j * 5);
      const radius = tall * (0.15 + 0.13 * ragged);
      if (away < radius) best = Math.max(best, tall * (1 - away / radius) ** 0.8);
    }
  return best;
}

const surface = (x, z, octaves, distance) => {
  const base = ground(x, z, octaves);
  return distance < 4200 ? base + treeHeight(x, z, base) : base;
};

function octavesAt(distance) {
  return distance < 500 ? 10 : distance < 1500 ? 9 : distance < 4000 ? 8 : 7;
}

/** Distance to the land along a ray, or -1. */
function marchLand(from, direction, start, end) {
  let t = start;
  let last = start;
  for (let step = 0; step < 420 && t < end; step += 1) {
    const x = from[0] + direction[0] * t;
    const y = from[1] + direction[1] * t;
    const z = from[2] + direction[2] * t;
    if (y > 1500 && direction[1] > 0) return -1;
    const above = y - surface(x, z, octavesAt(t) - 2, t);
    if (above < 0.0006 * t) return refine(from, direction, last, t);
    last = t;
    t += Math.max(above * 0.34, 0.0011 * t + 0.25);
  }
  return -1;
}

function refine(from, direction, low, high) {
  let a = low;
  let b = high;
  for (let step = 0; step < 7; step += 1) {
    const t = (a + b) / 2;
    const p = add(from, scale(direction, t));
    if (p[1] < surface(p[0], p[2], octavesAt(t), t)) b = t;
    else a = t;
  }
  return b;
}

// ── light ──
const sun = normalize([-0.78, 0.36, -0.1]);
const sunColour = [8.2, 5.1, 2.7];
const skyLight = [0.42, 0.58, 0.92];

function sky(direction) {
  const up = Math.max(direction[1], 0);
  const toSun = clamp(dot(direction, sun));
  let colour = mix([0.86, 0.72, 0.62], [0.16, 0.31, 0.62], 1 - Math.exp(-up * 3.6));
  colour = add(colour, scale([1.0, 0.55, 0.22], 0.55 * toSun ** 6 * Math.exp(-up * 3)));
  colour = add(colour, scale([1.0, 0.7, 0.4], 0.35 * toSun ** 48));
  if (direction[1] > 0.015) colour = clouds(direction, toSun, colour);
  return colour;
}

function clouds(direction, toSun, behind) {
  const k = 2600 / (direction[1] + 0.06);
  const x = direction[0] * k * 0.00023;
  const z = direction[2] * k * 0.00023;
  const bend = fbm(x * 0.8 + 34.4, z * 0.8 + 17.2, 4);
  const dense = fbm(x * 1.3 + bend * 1.6 + 11, z * 2.2 + bend * 1.1 + 5, 7);
  const cover = smoothstep(0.47, 0.72, dense) * smoothstep(0.015, 0.13, direction[1]);
  const lit = smoothstep(0.75, 0.45, dense);
  const dark = mix([0.45, 0.42, 0.5], [0.62, 0.46, 0.42], toSun);
  const bright = mix([1.02, 0.86, 0.76], [1.7, 1.08, 0.62], toSun ** 3);
  return mix(behind, mix(dark, bright, lit), cover * 0.82);
}

/** Haze thickens with distance and near the water; it takes the sun's colour towards the sun. */
function haze(colour, distance, direction, fromHeight) {
  const toSun = clamp(dot(direction, sun));
  const fogColour = mix([0.56, 0.62, 0.76], [1.12, 0.78, 0.5], toSun ** 4);
  const thickness = 0.000055 * Math.exp(-fromHeight * 0.0011);
  const fall = direction[1] * 0.0024;
  const along = Math.abs(fall * distance) < 1e-3 ? distance : (1 - Math.exp(-fall * distance)) / fall;
  const mist = 0.00006 * Math.max(along, 0);
  return mix(colour, fogColour, 1 - Math.exp(-distance * thickness - mist));
}

function shadow(point, distance) {
  let lightLeft = 1;
  let t = 2 + distance * 0.004;
  for (let step = 0; step < 60 && t < 2600; step += 1) {
    const p = add(point, scale(sun, t));
    if (p[1] > 1400) break;
    const above = p[1] - surface(p[0], p[2], t < 120 ? 8 : 6, t < 150 ? distance : 1e9);
    lightLeft = Math.min(lightLeft, (14 * above) / t);
    if (lightLeft < 0.01) return 0;
    t += Math.max(above * 0.5, 1.2 + t * 0.03);
  }
  return clamp(lightLeft);
}

function landColour(point, distance) {
  const e = Math.max(0.35, distance * 0.0011);
  const octaves = octavesAt(distance);
  const h = (x, z) => surface(x, z, octaves, distance);
  const normal = normalize([
    h(point[0] - e, point[2]) - h(point[0] + e, point[2]),
    2 * e,
    h(point[0], point[2] - e) - h(point[0], point[2] + e),
  ]);
  const base = ground(point[0], point[2], octaves);
  const tree = point[1] - base;
  const albedo = tree > 0.9 && base > 3 ? treeColour(point, tree) : groundColour(point, normal, base);
  const direct = clamp(dot(normal, sun)) * shadow(add(point, scale(normal, 0.5 + distance * 0.0008)), distance);
  const ambient = 0.32 + 0.34 * normal[1] + (tree > 0.9 ? 0.1 * clamp(tree / 16) : 0);
  const bounce = clamp(dot(normal, normalize([-sun[0], 0, -sun[2]]))) * 0.28;
  const light = add(add(scale(sunColour, direct * 0.62), scale(skyLight, ambient)), scale([0.7, 0.5, 0.36], bounce));
  return times(albedo, light);
}

function treeColour(point, tree) {
  const tone = hash(Math.floor(point[0] / cell), Math.floor(point[2] / cell));
  const green = mix([0.022, 0.045, 0.018], [0.062, 0.078, 0.026], tone);
  const fleck = 0.65 + 0.7 * noise(point[0] * 1.7, point[2] * 1.7 + point[1] * 1.3);
  return scale(mix(scale(green, 0.5), green, clamp(tree / 9)), fleck);
}

function groundColour(point, normal, base) {
  const patch = fbm(point[0] * 0.011, point[2] * 0.011, 5);
  const fine = fbm(point[0] * 0.13, point[2] * 0.13 + point[1] * 0.07, 4);
  const strata = 0.8 + 0.4 * fbm(point[1] * 0.035 + patch * 2, point[0] * 0.002, 4);
  const rock = scale(mix([0.16, 0.145, 0.135], [0.25, 0.215, 0.18], patch), strata * (0.55 + 0.9 * fine));
  const grass = scale(mix([0.085, 0.088, 0.03], [0.15, 0.12, 0.045], fine), 0.7 + patch * 0.7);
  let colour = mix(rock, grass, smoothstep(0.72, 0.9, normal[1]) * (1 - smoothstep(330, 560, base + patch * 140)));
  const snowLine = 560 + 190 * (patch - 0.5) - 120 * normal[2];
  const snow = smoothstep(snowLine, snowLine + 190, base) * smoothstep(0.52, 0.78, normal[1] + (fine - 0.5) * 0.3);
  colour = mix(colour, [0.72, 0.75, 0.8], snow);
  const wet = 1 - smoothstep(0.5, 5, base);
  return mix(colour, scale([0.1, 0.085, 0.065], 0.5 + fine), wet * 0.85);
}

// ── water ──
function waterColour(point, direction, distance) {
  const calm = smoothstep(0.35, 0.65, fbm(point[0] * 0.006 + 9, point[2] * 0.0016, 4));
  const fade = 1 / (1 + distance * 0.0016);
  const size = (0.0025 + 0.016 * (1 - calm)) * fade + 0.0016;
  const swell = (a, b, f) => {
    fbm(point[0] * f + a, point[2] * f * 0.55 + b, 1);
    const first = [noiseOut[1], noiseOut[2]];
    noise(point[0] * f * 2.7 + b, point[2] * f * 1.7 - a);
    return [first[0] + noiseOut[1] * 0.6, first[1] + noiseOut[2] * 0.6];
  };
  const [sx, sz] = swell(3.1, 8.7, 0.55);
  const [lx, lz] = swell(1.9, 2.3, 0.11);
  const normal = normalize([-(sx + lx * 0.5) * size * 0.6, 1, -(sz + lz * 0.5) * size]);
  const facing = -dot(direction, normal);
  const reflected = normalize(add(direction, scale(normal, 2 * facing)));
  if (reflected[1] < 0.002) reflected[1] = 0.002;
  const fresnel = 0.03 + 0.97 * (1 - clamp(facing)) ** 5;
  const hit = marchLand(point, reflected, 1.5, 6000);
  const seen =
    hit > 0 ? haze(landColour(add(point, scale(reflected, hit)), distance + hit), hit, reflected, 0) : sky(reflected);
  const depth = clamp(-ground(point[0], point[2], 6) / 26);
  const stones = 0.55 + 0.9 * fbm(point[0] * 0.9, point[2] * 0.9, 4);
  const below = mix(scale([0.14, 0.12, 0.075], stones), [0.012, 0.04, 0.05], smoothstep(0, 0.5, depth));
  const glint = scale(sunColour, 0.16 * clamp(dot(reflected, sun)) ** 420);
  return add(mix(below, seen, clamp(fresnel * 1.1 + 0.08)), glint);
}

// ── camera ──
const eye = [-20, 13, -150];
const target = [-20, 95, 900];
const forward = normalize(add(target, scale(eye, -1)));
const right = normalize(cross([0, 1, 0], forward));
const up = cross(forward, right);
const focal = 1.35;

function trace(u, v) {
  const direction = normalize(add(add(scale(right, u), scale(up, v)), scale(forward, focal)));
  const toWater = direction[1] < 0 ? -eye[1] / direction[1] : Number.POSITIVE_INFINITY;
  const toLand = marchLand(eye, direction, 1, Math.min(farMax, toWater));
  if (toLand > 0) {
    const point = add(eye, scale(direction, toLand));
    return haze(landColour(point, toLand), toLand, direction, eye[1]);
  }
  if (toWater < farMax) {
    const point = add(eye, scale(direction, toWater));
    return haze(waterColour(point, direction, toWater), toWater * 0.8, direction, eye[1]);
  }
  return sky(direction);
}

// ── film ──
/** ACES-like curve (Narkowicz), then sRGB. */
function develop(value) {
  const x = Math.max(value, 0) ** 1.12 * 1.02;
  const mapped = clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14));
  return mapped <= 0.0031308 ? 12.92 * mapped : 1.055 * mapped ** (1 / 2.4) - 0.055;
}

function pixel(px, py) {
  let sum = [0, 0, 0];
  for (let sample = 0; sample < samples; sample += 1) {
    // A golden-ratio sequence spreads the few samples evenly.
    const jx = (0.5 + sample * 0.754877666) % 1;
    const jy = (0.5 + sample * 0.569840291) % 1;
    const colour = trace(((px + jx) / width - 0.5) * 2 * (width / height), (0.5 - (py + jy) / height) * 2);
    sum = add(sum, colour);
  }
  const grey = (sum[0] + sum[1] + sum[2]) / 3;
  sum = mix([grey, grey, grey], sum, 1.2).map((channel) => Math.max(channel, 0));
  const corner = Math.hypot(px / width - 0.5, py / height - 0.5);
  return scale(sum, (1 - 0.42 * corner ** 2) / samples);
}

const pixels = Buffer.alloc(width * height * 3);
for (let y = 0; y < height; y += 1)
  for (let x = 0; x < width; x += 1) {
    const colour = pixel(x, y);
    const grain = (hash(x * 3 + 1, y * 7 + 5) + hash(x + 4001, y + 77) - 1) * 5.5;
    for (let channel = 0; channel < 3; channel += 1) {
      const bright = develop(colour[channel]) * 255;
      const own = (hash(x + channel * 9973, y * 13 + channel) - 0.5) * 2.5;
      pixels[(y * width + x) * 3 + channel] = clamp(bright + (grain + own) * (1.1 - bright / 420), 0, 255);
    }
  }

const image = sharp(pixels, { raw: { width, height, channels: 3 } }).withMetadata({
  exif: {
    IFD0: { Copyright: "CC0-1.0", ImageDescription: "Mountain lake, rendered by examples/render-mountain-lake.mjs" },
  },
});
await image.jpeg({ quality: 88, mozjpeg: true }).toFile(out);
