/** Where payloads lie by the digest of their bytes: in memory here, on disk in `database.ts`. */
export interface Listed {
  sha256: string;
  bytes: number;
  /** When it was put there, in ms since 1970. */
  at: number;
}

/** All of it may fail, at any time: what is kept can be had again. */
export interface Drawer {
  list(): Promise<Listed[]>;
  get(sha256: string): Promise<Uint8Array | null>;
  put(entry: Listed, payload: Uint8Array): Promise<void>;
  drop(digests: readonly string[]): Promise<void>;
}

/** For a browser that keeps nothing on disk. */
export class MemoryDrawer implements Drawer {
  readonly #held = new Map<string, { entry: Listed; payload: Uint8Array }>();

  async list(): Promise<Listed[]> {
    return [...this.#held.values()].map(({ entry }) => entry);
  }

  async get(sha256: string): Promise<Uint8Array | null> {
    return this.#held.get(sha256)?.payload ?? null;
  }

  async put(entry: Listed, payload: Uint8Array): Promise<void> {
    this.#held.set(entry.sha256, { entry, payload });
  }

  async drop(digests: readonly string[]): Promise<void> {
    for (const sha256 of digests) this.#held.delete(sha256);
  }
}
