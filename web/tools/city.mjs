/**
 * Draws the demo city around Shanghai's coordinates: districts, river, parks and roads that exist nowhere.
 * Seeded, so a second run writes the same bytes. Run: npm run city
 */
import { writeFileSync } from "node:fs";

const [LON, LAT] = [121.47, 31.23];
const KM_LON = 1 / 95.2;
const KM_LAT = 1 / 111.2;
let seed = 20261122;

function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
}

const round = (value) => Math.round(value * 1e5) / 1e5;
const at = (eastKm, northKm) => [round(LON + eastKm * KM_LON), round(LAT + northKm * KM_LAT)];
const polar = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];
const features = [];

function add(kind, type, coordinates, more = {}) {
  features.push({ type: "Feature", properties: { kind, ...more }, geometry: { type, coordinates } });
}

// The river: a slow S from south-west to north-east.
const riverAt = (s) => [-9 + 26 * s + 3.2 * Math.sin(s * 7.5), -24 + 48 * s + 2.2 * Math.sin(s * 11 + 1)];
const riverSide = (east, north) => {
  let best = Number.POSITIVE_INFINITY;
  let side = 0;
  for (let s = 0; s <= 1; s += 0.01) {
    const [x, y] = riverAt(s);
    const distance = Math.hypot(x - east, y - north);
    if (distance < best) {
      best = distance;
      side = Math.sign(east - x) || 1;
    }
  }
  return { side, distance: best };
};

// The built-up area and its districts: rings cut into sectors with crooked corners.
const RINGS = [0, 4.2, 10.5, 20];
const SECTORS = [1, 6, 8];
const NAMES = [
  ["中心区", "Centre"],
  ["东渡", "Eastferry"],
  ["北桥", "Northbridge"],
  ["石塘", "Stonepool"],
  ["西林", "Westwood"],
  ["南仓", "Southstore"],
  ["花港", "Flowerport"],
  ["临海", "Seaside"],
  ["青浦台", "Greenterrace"],
  ["长汀", "Longbank"],
  ["云岭", "Cloudridge"],
  ["白沙", "Whitesand"],
  ["清溪", "Clearbrook"],
  ["稻香", "Ricefield"],
  ["新埠", "Newquay"],
];
const corner = new Map();
function corners(ring, angle) {
  const key = `${ring}:${angle.toFixed(4)}`;
  if (!corner.has(key)) corner.set(key, RINGS[ring] * (0.9 + random() * 0.22));
  return corner.get(key);
}
function arc(ring, from, to) {
  const points = [];
  const steps = Math.max(8, Math.round((to - from) * 10));
  const [a, b] = [corners(ring, from % (2 * Math.PI)), corners(ring, to % (2 * Math.PI))];
  for (let i = 0; i <= steps; i += 1) {
    const u = i / steps;
    const radius = a + (b - a) * u + 0.35 * Math.sin(u * Math.PI * 3 + ring) * Math.sin(u * Math.PI);
    points.push(polar(radius, from + (to - from) * u));
  }
  return points;
}
let name = 0;
for (let ring = 0; ring < 3; ring += 1) {
  const count = SECTORS[ring];
  for (let i = 0; i < count; i += 1) {
    const from = (2 * Math.PI * i) / count;
    const to = (2 * Math.PI * (i + 1)) / count;
    const outer = arc(ring + 1, from, to);
    const inner = ring === 0 ? [] : arc(ring, from, to).reverse();
    const shape = [...outer, ...inner];
    const [zh, en] = NAMES[name];
    name += 1;
    add("district", "Polygon", [[...shape, shape[0]].map(([x, y]) => at(x, y))], { ring });
    const middle = ring === 0 ? [-1.2, 0.4] : polar((RINGS[ring] + RINGS[ring + 1]) / 2, (from + to) / 2);
    add("label", "Point", at(...middle), { zh, en, rank: ring });
  }
}

const river = [];
for (let s = -0.02; s <= 1.02; s += 0.012) river.push(riverAt(s));
add(
  "river",
  "LineString",
  river.map(([x, y]) => at(x, y)),
);

// Parks: blobs away from the river.
for (let made = 0; made < 26; ) {
  const [x, y] = polar(1.5 + 17 * Math.sqrt(random()), random() * 2 * Math.PI);
  const radius = 0.25 + random() * 0.75;
  if (riverSide(x, y).distance < radius + 0.9) continue;
  const shape = [];
  for (let i = 0; i < 14; i += 1) {
    const [dx, dy] = polar(radius * (0.7 + random() * 0.5), (2 * Math.PI * i) / 14);
    shape.push(at(x + dx * 1.3, y + dy));
  }
  add("park", "Polygon", [[...shape, shape[0]]]);
  made += 1;
}

// Ring roads and motorways.
for (const [radius, kind] of [
  [3.4, "major"],
  [8.6, "motorway"],
  [15.5, "motorway"],
]) {
  const ring = [];
  for (let i = 0; i <= 96; i += 1) {
    const angle = (2 * Math.PI * i) / 96;
    const [x, y] = polar(
      radius * (1 + 0.06 * Math.sin(angle * 3 + radius) + 0.03 * Math.sin(angle * 5)),
      angle,
    );
    ring.push(at(x, y));
  }
  add(kind, "LineString", ring);
}
for (let i = 0; i < 9; i += 1) {
  const angle = (2 * Math.PI * i) / 9 + 0.2;
  const line = [];
  for (let radius = 3.2; radius <= 26; radius += 1.4) {
    const [x, y] = polar(radius, angle + 0.05 * Math.sin(radius / 4 + i));
    line.push(at(x, y));
  }
  add("motorway", "LineString", line);
}

// Streets: a turned, bent grid, denser towards the middle, broken at the river except at bridges.
function grid(spacing, reach, kind, along) {
  const turn = 0.16;
  for (let offset = -reach; offset <= reach; offset += spacing) {
    const shift = offset + (random() - 0.5) * spacing * 0.5;
    const bridge = kind === "major" || random() < 0.2;
    let line = [];
    const flush = () => {
      if (line.length > 2)
        add(
          kind,
          "LineString",
          line.map(([x, y]) => at(x, y)),
        );
      line = [];
    };
    let last = 0;
    for (let u = -reach; u <= reach; u += 0.55) {
      const bend = 0.45 * Math.sin(u / 3.1 + shift) + 0.2 * Math.sin(u / 1.3 + shift * 2);
      const [a, b] = along ? [u, shift + bend] : [shift + bend, u];
      const x = a * Math.cos(turn) - b * Math.sin(turn);
      const y = a * Math.sin(turn) + b * Math.cos(turn);
      const limit = kind === "street" ? reach * 0.92 : reach;
      const near = riverSide(x, y);
      const wet = near.distance < 0.55 && !bridge;
      const gap = kind === "street" && Math.sin(shift * 12.9 + Math.floor(u / 2.2) * 4.1) > 0.72;
      if (
        Math.hypot(x, y) > limit ||
        wet ||
        gap ||
        (last !== 0 && near.side !== last && !bridge && near.distance < 1)
      )
        flush();
      else line.push([x, y]);
      last = near.side;
    }
    flush();
  }
}
grid(2.6, 18, "major", true);
grid(2.6, 18, "major", false);
grid(0.62, 9.5, "street", true);
grid(0.62, 9.5, "street", false);

const body = features.map((feature) => JSON.stringify(feature)).join(",\n");
writeFileSync(
  new URL("../src/console/map/geo/city.json", import.meta.url),
  `{"type":"FeatureCollection","features":[\n${body}\n]}\n`,
);
