/**
 * What the page keeps of what it was sent: payloads by digest, bounded, the oldest go first.
 *
 * A drawer that fails keeps less, and nothing else changes.
 */
import { type Drawer, type Listed, MemoryDrawer } from "./drawer";

export class Keep {
  /** Resolved once `digests` is what the drawer holds; never rejected. */
  readonly ready: Promise<void>;
  readonly #drawer: Promise<Drawer>;
  readonly #listed = new Map<string, Listed>();
  #bytes = 0;

  constructor(
    drawer: Drawer | Promise<Drawer> = new MemoryDrawer(),
    private readonly mostBytes = 256 << 20,
    private readonly most = 900, // `Hello.holds` takes 1000
  ) {
    this.#drawer = Promise.resolve(drawer);
    this.ready = this.#load().catch(() => undefined);
  }

  /** Oldest first. */
  get digests(): string[] {
    return [...this.#listed.keys()];
  }

  get bytes(): number {
    return this.#bytes;
  }

  put(sha256: string, payload: Uint8Array): void {
    if (this.#listed.has(sha256) || payload.length > this.mostBytes) return;
    const entry = { sha256, bytes: payload.length, at: Date.now() };
    this.#list(entry);
    const old = this.#tooMany();
    void this.#drawer
      .then(async (drawer) => {
        await drawer.put(entry, payload);
        if (old.length > 0) await drawer.drop(old);
      })
      .catch(() => this.#unlist(sha256));
  }

  /** Null where it is not there. If it was listed, the drawer is not what it was: see `distrust`. */
  async get(sha256: string): Promise<Uint8Array | null> {
    if (!this.#listed.has(sha256)) return null;
    const found = await this.#read(sha256);
    if (found === null) this.distrust();
    return found;
  }

  /** List nothing of what is there, as if it were gone. */
  distrust(): void {
    this.#listed.clear();
    this.#bytes = 0;
  }

  async #load(): Promise<void> {
    const found = await (await this.#drawer).list();
    found.sort((a, b) => a.at - b.at);
    for (const entry of found) this.#list(entry);
    const old = this.#tooMany();
    if (old.length > 0) await (await this.#drawer).drop(old);
  }

  async #read(sha256: string): Promise<Uint8Array | null> {
    try {
      return await (await this.#drawer).get(sha256);
    } catch {
      return null;
    }
  }

  #list(entry: Listed): void {
    this.#listed.set(entry.sha256, entry);
    this.#bytes += entry.bytes;
  }

  #unlist(sha256: string): void {
    this.#bytes -= this.#listed.get(sha256)?.bytes ?? 0;
    this.#listed.delete(sha256);
  }

  /** Strike the oldest off the list until there is room. */
  #tooMany(): string[] {
    const old: string[] = [];
    for (const sha256 of this.#listed.keys()) {
      if (this.#bytes <= this.mostBytes && this.#listed.size <= this.most) break;
      this.#unlist(sha256);
      old.push(sha256);
    }
    return old;
  }
}
