/**
 * Payloads on disk, so that a page that is loaded anew need not be sent them again.
 *
 * IndexedDB and not the Cache API: that one is missing where the page comes over plain HTTP.
 */
import { type Drawer, LateDrawer, type Listed, MemoryDrawer } from "./drawer";

const NAME = "parasam";
const PAYLOADS = "payloads";
const LISTED = "listed"; // apart from the payloads, so that a list is had without reading them
const PATIENCE_MS = 1000;

/** The drawer on disk; one in memory where the browser refuses, or until it answers. */
export async function openDrawer(): Promise<Drawer> {
  const silence = new Promise<null>((done) => setTimeout(() => done(null), PATIENCE_MS));
  try {
    const disk = opened().then((database) => new DiskDrawer(database));
    return (await Promise.race([disk, silence])) ?? new LateDrawer(disk);
  } catch {
    return new MemoryDrawer();
  }
}

class DiskDrawer implements Drawer {
  constructor(private readonly database: IDBDatabase) {
    database.onversionchange = () => database.close();
  }

  list(): Promise<Listed[]> {
    return answered(this.#begin("readonly").objectStore(LISTED).getAll() as IDBRequest<Listed[]>);
  }

  async get(sha256: string): Promise<Uint8Array | null> {
    const request = this.#begin("readonly").objectStore(PAYLOADS).get(sha256);
    return ((await answered(request)) as Uint8Array | undefined) ?? null;
  }

  put(entry: Listed, payload: Uint8Array): Promise<void> {
    const transaction = this.#begin("readwrite");
    transaction.objectStore(PAYLOADS).put(payload.slice(), entry.sha256); // without its frame
    transaction.objectStore(LISTED).put(entry, entry.sha256);
    return ended(transaction);
  }

  drop(digests: readonly string[]): Promise<void> {
    const transaction = this.#begin("readwrite");
    for (const store of [PAYLOADS, LISTED]) {
      for (const sha256 of digests) transaction.objectStore(store).delete(sha256);
    }
    return ended(transaction);
  }

  #begin(mode: IDBTransactionMode): IDBTransaction {
    return this.database.transaction([PAYLOADS, LISTED], mode, { durability: "relaxed" });
  }
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    for (const store of [PAYLOADS, LISTED]) request.result.createObjectStore(store);
  };
  return answered(request);
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done();
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });
}
