/** Meshes by the digest of their bytes, so that what was sent once need not be sent again. */
import type { BufferGeometry } from "three";

export interface KeptMesh {
  geometry: BufferGeometry;
  bytes: number;
}

export class MeshShelf {
  readonly #kept = new Map<string, KeptMesh>();
  #bytes = 0;

  constructor(private readonly mostBytes = 128 << 20) {}

  /** What `Hello.holds` says. */
  get digests(): string[] {
    return [...this.#kept.keys()];
  }

  get(sha256: string): BufferGeometry | null {
    const kept = this.#kept.get(sha256);
    if (!kept) return null;
    this.#kept.delete(sha256);
    this.#kept.set(sha256, kept);
    return kept.geometry;
  }

  /** Keep a mesh; the one that was used longest ago goes where room is short. */
  put(sha256: string, geometry: BufferGeometry): void {
    if (this.#kept.has(sha256)) return;
    const bytes = bytesOf(geometry);
    this.#kept.set(sha256, { geometry, bytes });
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= this.mostBytes || oldest === sha256) return;
      this.#kept.delete(oldest);
      this.#bytes -= freed;
    }
  }
}

/** What it takes unpacked: seven times what was sent. */
function bytesOf({ attributes, index }: BufferGeometry): number {
  const arrays = [...Object.values(attributes), ...(index ? [index] : [])];
  return arrays.reduce((sum, { array }) => sum + array.byteLength, 0);
}
