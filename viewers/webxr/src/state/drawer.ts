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

/** In memory until a better drawer is there; what was put in by then moves over. */
export class LateDrawer implements Drawer {
  readonly #memory = new MemoryDrawer();
  #drawer: Drawer = this.#memory;

  constructor(better: Promise<Drawer>) {
    void better.then((drawer) => this.#move(drawer)).catch(() => undefined); // it stays in memory
  }

  list(): Promise<Listed[]> {
    return this.#drawer.list();
  }

  async get(sha256: string): Promise<Uint8Array | null> {
    return (await this.#memory.get(sha256)) ?? this.#drawer.get(sha256);
  }

  put(entry: Listed, payload: Uint8Array): Promise<void> {
    return this.#drawer.put(entry, payload);
  }

  async drop(digests: readonly string[]): Promise<void> {
    await this.#memory.drop(digests);
    await this.#drawer.drop(digests);
  }

  async #move(drawer: Drawer): Promise<void> {
    this.#drawer = drawer;
    for (const entry of await this.#memory.list()) {
      const payload = await this.#memory.get(entry.sha256);
      if (payload) await drawer.put(entry, payload);
      await this.#memory.drop([entry.sha256]);
    }
  }
}
