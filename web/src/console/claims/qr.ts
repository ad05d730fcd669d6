/** QR codes (ISO/IEC 18004): bytes, error correction M, versions 1 to 20. */

/** True is dark; rows from the top, without the quiet zone. */
export type Matrix = readonly (readonly boolean[])[];

/** Codewords of error correction in each block, and the number of blocks, by version (level M). */
const EC_PER_BLOCK = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
/** Version and format bits are secured by these polynomials; formats are masked, so that none is empty. */
const FORMAT_POLYNOMIAL = 0x537;
const FORMAT_MASK = 0x5412;
const VERSION_POLYNOMIAL = 0x1f25;

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Modules that carry data or error correction: all but finders, timing, alignment, format and version. */
function rawModules(version: number): number {
  let count = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const align = Math.floor(version / 7) + 2;
    count -= (25 * align - 10) * align - 55;
    if (version >= 7) count -= 36;
  }
  return count;
}

function dataCodewords(version: number): number {
  return Math.floor(rawModules(version) / 8) - (EC_PER_BLOCK[version - 1] ?? 0) * (BLOCKS[version - 1] ?? 0);
}

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    if ((other >>> bit) & 1) product ^= one;
  }
  return product;
}

/** The coefficients of (x - 1)(x - 2)(x - 4)..., without the leading 1. */
function divisor(degree: number): number[] {
  const result = [...Array(degree - 1).fill(0), 1] as number[];
  let root = 1;
  for (let turn = 0; turn < degree; turn++) {
    for (let at = 0; at < degree; at++) result[at] = times(result[at] ?? 0, root) ^ (result[at + 1] ?? 0);
    root = times(root, 2);
  }
  return result;
}

function remainder(data: readonly number[], by: readonly number[]): number[] {
  const rest = by.map(() => 0);
  for (const byte of data) {
    const factor = byte ^ (rest.shift() ?? 0);
    rest.push(0);
    for (const [at, coefficient] of by.entries()) rest[at] = (rest[at] ?? 0) ^ times(coefficient, factor);
  }
  return rest;
}

function bitsOf(value: number, length: number): number[] {
  return Array.from({ length }, (_, at) => (value >>> (length - 1 - at)) & 1);
}

/** Mode, length, bytes and padding, as codewords. */
function encode(bytes: Uint8Array, version: number): number[] {
  const room = dataCodewords(version) * 8;
  const bits = [...bitsOf(0b0100, 4), ...bitsOf(bytes.length, version < 10 ? 8 : 16)];
  for (const byte of bytes) bits.push(...bitsOf(byte, 8));
  bits.push(...Array(Math.min(4, room - bits.length)).fill(0));
  bits.push(...Array((8 - (bits.length % 8)) % 8).fill(0));
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) bits.push(...bitsOf(pad, 8));
  return Array.from({ length: bits.length / 8 }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((byte, bit) => byte * 2 + bit, 0),
  );
}

/** Data and error correction of all blocks, interleaved. */
function secured(data: readonly number[], version: number): number[] {
  const [count, ec] = [BLOCKS[version - 1] ?? 1, EC_PER_BLOCK[version - 1] ?? 0];
  const total = Math.floor(rawModules(version) / 8);
  const short = Math.floor(total / count) - ec;
  const longer = total % count;
  const by = divisor(ec);
  let at = 0;
  const blocks = Array.from({ length: count }, (_, index) => {
    const part = data.slice(at, at + short + (index >= count - longer ? 1 : 0));
    at += part.length;
    return { part, check: remainder(part, by) };
  });
  const rows = (length: number, pick: (block: (typeof blocks)[number]) => readonly number[]) =>
    Array.from({ length }, (_, row) => blocks.flatMap((block) => pick(block)[row] ?? [])).flat();
  return [...rows(short + 1, (block) => block.part), ...rows(ec, (block) => block.check)];
}

class Grid {
  readonly size: number;
  readonly dark: boolean[][];
  readonly fixed: boolean[][];

  constructor(readonly version: number) {
    this.size = version * 4 + 17;
    this.dark = Array.from({ length: this.size }, () => Array(this.size).fill(false) as boolean[]);
    this.fixed = this.dark.map((row) => [...row]);
    this.patterns();
  }

  private put(x: number, y: number, dark: boolean): void {
    const [row, fixed] = [this.dark[y], this.fixed[y]];
    if (!row || !fixed || x < 0 || x >= this.size) return;
    row[x] = dark;
    fixed[x] = true;
  }

  private patterns(): void {
    const last = this.size - 7;
    for (let at = 0; at < this.size; at++) {
      this.put(6, at, at % 2 === 0);
      this.put(at, 6, at % 2 === 0);
    }
    for (const [left, top] of [[0, 0] as const, [last, 0] as const, [0, last] as const]) {
      for (let y = -1; y <= 7; y++) {
        for (let x = -1; x <= 7; x++) {
          const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
          this.put(left + x, top + y, ring !== 2 && ring !== 4);
        }
      }
    }
    const places = alignments(this.version);
    for (const x of places) for (const y of places) if (!this.inFinder(x, y)) this.alignment(x, y);
    this.format(0);
    if (this.version >= 7) this.versionBits();
  }

  private inFinder(x: number, y: number): boolean {
    const far = this.size - 9;
    return (x < 9 && y < 9) || (x > far && y < 9) || (x < 9 && y > far);
  }

  private alignment(x: number, y: number): void {
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) this.put(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
  }

  /** Level M is 00, so that the five bits are the mask alone. */
  format(mask: number): void {
    let rest = mask;
    for (let turn = 0; turn < 10; turn++) rest = (rest << 1) ^ ((rest >>> 9) * FORMAT_POLYNOMIAL);
    const bits = ((mask << 10) | rest) ^ FORMAT_MASK;
    const bit = (at: number) => ((bits >>> at) & 1) !== 0;
    for (let at = 0; at < 15; at++) {
      const far = this.size - 15 + at;
      if (at < 8) this.put(this.size - 1 - at, 8, bit(at));
      else this.put(8, far, bit(at));
      const near = at < 6 ? at : at < 8 ? at + 1 : 14 - at + (at === 8 ? 1 : 0);
      if (at < 8) this.put(8, near, bit(at));
      else this.put(near, 8, bit(at));
    }
    this.put(8, this.size - 8, true);
  }

  private versionBits(): void {
    let rest = this.version;
    for (let turn = 0; turn < 12; turn++) rest = (rest << 1) ^ ((rest >>> 11) * VERSION_POLYNOMIAL);
    const bits = (this.version << 12) | rest;
    for (let at = 0; at < 18; at++) {
      const [a, b] = [this.size - 11 + (at % 3), Math.floor(at / 3)];
      this.put(a, b, ((bits >>> at) & 1) !== 0);
      this.put(b, a, ((bits >>> at) & 1) !== 0);
    }
  }

  /** Put codewords upwards and downwards in columns of two, from the right. */
  fill(codewords: readonly number[]): void {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++) {
        const y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
        for (const x of [right, right - 1]) {
          const row = this.dark[y];
          if (!row || this.fixed[y]?.[x]) continue;
          row[x] = (((codewords[at >>> 3] ?? 0) >>> (7 - (at & 7))) & 1) !== 0;
          at++;
        }
      }
    }
  }

  masked(mask: number): boolean[][] {
    this.format(mask);
    const turned = MASKS[mask];
    return this.dark.map((row, y) =>
      row.map((dark, x) => (this.fixed[y]?.[x] ? dark : dark !== turned?.(x, y))),
    );
  }
}

function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const last = version * 4 + 10;
  const step = Math.ceil((last - 6) / (2 * count - 2)) * 2;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => last - (count - 2 - at) * step)];
}

/** How hard a picture is to read: long runs, blocks, what looks like a finder, too much of one colour. */
export function penalty(picture: Matrix): number {
  const size = picture.length;
  const columns = picture.map((_, x) => picture.map((row) => row[x] ?? false));
  let sum = 0;
  for (const line of [...picture, ...columns]) {
    const text = line.map((dark) => (dark ? "1" : "0")).join("");
    for (const run of text.match(/1{5,}|0{5,}/g) ?? []) sum += run.length - 2;
    for (const finder of [/(?=10111010000)/g, /(?=00001011101)/g])
      sum += 40 * [...text.matchAll(finder)].length;
  }
  for (let y = 0; y + 1 < size; y++) {
    for (let x = 0; x + 1 < size; x++) {
      const dark = picture[y]?.[x];
      if (dark === picture[y]?.[x + 1] && dark === picture[y + 1]?.[x] && dark === picture[y + 1]?.[x + 1])
        sum += 3;
    }
  }
  const dark = picture.flat().filter(Boolean).length;
  return sum + 10 * Math.floor(Math.abs((dark * 20) / (size * size) - 10));
}

/** The code of a text; null if it is too long for version 20. */
export function qrCode(text: string): Matrix | null {
  const bytes = new TextEncoder().encode(text);
  let version = 1;
  while (bytes.length + (version < 10 ? 2 : 3) > dataCodewords(version)) if (++version > 20) return null;
  const grid = new Grid(version);
  grid.fill(secured(encode(bytes, version), version));
  const pictures = MASKS.map((_, mask) => grid.masked(mask));
  return pictures.reduce((best, one) => (penalty(one) < penalty(best) ? one : best));
}

/** The dark modules as the path of an SVG, one unit each. */
export function qrPath(picture: Matrix): string {
  return picture.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
}
