/**
 * Meshes, slices and volumes as they come in: shown, kept, and acked once they are both.
 *
 * A header without payload names what the page said it holds. Where it does not after all, the
 * line is taken up anew: its hello then says what is held, and the server sends the rest.
 */
import type { BufferGeometry } from "three";
import {
  assertNever,
  keyOf,
  type MeshData,
  payloadBytes,
  type SliceData,
  splitBinary,
  type VolumeData,
} from "../protocol.gen";
import type { Keep } from "../state/keep";
import { lab, showMesh, showVolume } from "../state/lab";
import { MeshShelf } from "../state/meshes";
import { SliceCache, sliceFrom } from "../state/slices";

const MOST_HELD = 1000;

export interface Answers {
  ack(seq: number): void;
  /** Take up the line anew. */
  anew(): void;
}

export class Intake {
  readonly #shelf = new MeshShelf();
  /** The last header of each frame, so that what is read late does not replace what came since. */
  readonly #latest = new Map<number, SliceData>();
  /** The last header of a volume, likewise. */
  #volume: VolumeData | null = null;
  #meshes: Promise<void> = Promise.resolve();
  #line = 0;

  constructor(
    private readonly readMesh: (glb: Uint8Array) => Promise<BufferGeometry>,
    private readonly keep: Keep,
    readonly slices: SliceCache,
    private readonly answers: Answers,
  ) {}

  /** What `Hello.holds` says, of a line that has just been taken up. */
  holds(): string[] {
    this.#line += 1;
    return [...new Set([...this.keep.digests, ...this.#shelf.digests])].slice(-MOST_HELD);
  }

  take(frame: ArrayBuffer): void {
    const { header, payload } = splitBinary(frame);
    const line = this.#line;
    switch (header.type) {
      case "mesh":
        this.#meshes = this.#meshes.then(() => this.#takeMesh(header, payload, line));
        break;
      case "slice":
        this.#takeSlice(header, payload, line);
        break;
      case "volume":
        void this.#takeVolume(header, payload, line);
        break;
      default:
        assertNever(header);
    }
  }

  /** A scan is opened; `isOther` where its frames have other places than those of the last. */
  opened(isOther: boolean): void {
    this.#latest.clear();
    this.#volume = null;
    if (isOther) this.slices.clear();
  }

  async #takeMesh(header: MeshData, sent: Uint8Array, line: number): Promise<void> {
    const { sha256, seq } = header;
    try {
      const geometry = this.#shelf.get(sha256) ?? (await this.#readMesh(sha256, sent));
      if (geometry === null) return this.#anew(line);
      showMesh(header, geometry);
    } catch (error) {
      if (sent.length === 0) return this.#doubt(line);
      lab.setState({ failure: `The ${keyOf(header)} that came cannot be read: ${String(error)}` });
    }
    this.#ack(seq, line);
  }

  /** Null where it was not sent and is not held. */
  async #readMesh(sha256: string, sent: Uint8Array): Promise<BufferGeometry | null> {
    const glb = sent.length > 0 ? sent : await this.keep.get(sha256);
    if (glb === null) return null;
    const geometry = await this.readMesh(glb);
    this.keep.put(sha256, glb);
    this.#shelf.put(sha256, geometry);
    return geometry;
  }

  #takeSlice(header: SliceData, sent: Uint8Array, line: number): void {
    this.#latest.set(header.frame, header);
    if (sent.length > 0) {
      this.keep.put(header.sha256, sent);
      this.#showSlice(header, sent);
    } else if (!this.slices.holds(header.frame, header.sha256)) {
      void this.#readSlice(header, line);
      return;
    }
    this.#ack(header.seq, line);
  }

  async #readSlice(header: SliceData, line: number): Promise<void> {
    const payload = await this.keep.get(header.sha256);
    if (payload === null) return this.#anew(line);
    if (payload.length !== payloadBytes(header)) return this.#doubt(line);
    if (this.#latest.get(header.frame) === header) this.#showSlice(header, payload);
    this.#ack(header.seq, line);
  }

  async #takeVolume(header: VolumeData, sent: Uint8Array, line: number): Promise<void> {
    const { sha256, seq } = header;
    this.#volume = header;
    if (sent.length > 0) {
      this.keep.put(sha256, sent);
      showVolume(header, sent);
    } else if (lab.getState().volume?.sha256 !== sha256) {
      const payload = await this.keep.get(sha256);
      if (payload === null) return this.#anew(line);
      if (payload.length !== payloadBytes(header)) return this.#doubt(line);
      if (this.#volume === header) showVolume(header, payload);
    }
    this.#ack(seq, line);
  }

  #showSlice(header: SliceData, payload: Uint8Array): void {
    const { scan, frame } = lab.getState();
    if (scan === null || header.scan !== scan.scan || header.label !== scan.label) return;
    this.slices.keep(sliceFrom(header, payload), frame);
    lab.setState({ slice: this.slices.nearest(frame), slicesHeld: this.slices.size });
  }

  /** What was kept is not what was sent. */
  #doubt(line: number): void {
    this.keep.distrust();
    this.#anew(line);
  }

  #anew(line: number): void {
    if (line !== this.#line) return;
    this.#line += 1; // others that are missing, too, need not say so again
    this.answers.anew();
  }

  /** Of the line it came by only: another may have given its number to something else. */
  #ack(seq: number, line: number): void {
    if (line === this.#line) this.answers.ack(seq);
  }
}
