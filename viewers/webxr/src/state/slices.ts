/** The frames that have come: bytes, bounded, those nearest to the one looked at kept longest. */
import type { SliceData } from "../protocol.gen";

export interface Slice {
  frame: number;
  width: number;
  height: number;
  /** Of what follows, as it was sent. */
  sha256: string;
  /** `height × width` grey levels, rows top to bottom. */
  grey: Uint8Array;
  /** One bit a pixel, the first in the highest bit; null where the scan has no mask. */
  maskBits: Uint8Array | null;
}

export class SliceCache {
  readonly #held = new Map<number, Slice>();
  readonly #letGo = new Set<number>();
  #bytes = 0;
  #version = 0;

  constructor(private readonly mostBytes = 192 << 20) {}

  /** Another number whenever a slice was put here. */
  get version(): number {
    return this.#version;
  }

  /** Every slice that is here. */
  all(): Iterable<Slice> {
    return this.#held.values();
  }

  get size(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Keep a slice; what lies farthest from `lookedAt` goes where room is short. */
  keep(slice: Slice, lookedAt: number): void {
    this.#drop(slice.frame);
    this.#held.set(slice.frame, slice);
    this.#version += 1;
    this.#letGo.delete(slice.frame);
    this.#bytes += bytesOf(slice);
    while (this.#bytes > this.mostBytes && this.#held.size > 1) {
      const farthest = this.#farthest(lookedAt);
      this.#drop(farthest);
      this.#letGo.add(farthest);
    }
  }

  /** Whether this very slice is here. */
  holds(frame: number, sha256: string): boolean {
    return this.#held.get(frame)?.sha256 === sha256;
  }

  /** Whether a frame was here and had to go. */
  hasLetGo(frame: number): boolean {
    return this.#letGo.has(frame);
  }

  forgetLetGo(): void {
    this.#letGo.clear();
  }

  /** The slice of a frame, or of the nearest frame that is held. */
  nearest(frame: number): Slice | null {
    const exact = this.#held.get(frame);
    if (exact) return exact;
    let best: Slice | null = null;
    for (const slice of this.#held.values()) {
      if (!best || Math.abs(slice.frame - frame) < Math.abs(best.frame - frame)) best = slice;
    }
    return best;
  }

  clear(): void {
    this.#held.clear();
    this.#letGo.clear();
    this.#bytes = 0;
  }

  #farthest(from: number): number {
    const frames = [...this.#held.keys()];
    return frames.reduce((a, b) => (Math.abs(b - from) > Math.abs(a - from) ? b : a));
  }

  #drop(frame: number): void {
    const slice = this.#held.get(frame);
    if (!slice) return;
    this.#held.delete(frame);
    this.#bytes -= bytesOf(slice);
  }
}

/** Take a slice's payload apart; the views share the payload's memory. */
export function sliceFrom(
  { frame, width, height, label, sha256 }: Pick<SliceData, "frame" | "width" | "height" | "label" | "sha256">,
  payload: Uint8Array,
): Slice {
  const pixels = width * height;
  return {
    frame,
    width,
    height,
    sha256,
    grey: payload.subarray(0, pixels),
    maskBits: label === null ? null : payload.subarray(pixels),
  };
}

/** One byte a pixel, 255 inside: what a texture takes. */
export function maskBytes(bits: Uint8Array, pixels: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i += 1) {
    bytes[i] = ((bits[i >> 3] ?? 0) >> (7 - (i & 7))) & 1 ? 255 : 0;
  }
  return bytes;
}

function bytesOf(slice: Slice): number {
  return slice.grey.length + (slice.maskBits?.length ?? 0);
}
