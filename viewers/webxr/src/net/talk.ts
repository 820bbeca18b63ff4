/**
 * The page's half of the talk: what comes in goes to the store and is acked, what the user wants
 * goes out. After a drop it says hello again, with what it holds, and asks for what was shown.
 */
import type { BufferGeometry } from "three";
import {
  assertNever,
  type ClientMessage,
  keyOf,
  type MeshData,
  readServerText,
  type ScanOpened,
  type ServerText,
  type SliceData,
  splitBinary,
  type Welcome,
  WireError,
} from "../protocol.gen";
import { clampFrame, isSameScan, lab, showJob, showMeasured, showMesh, showScan, type Wanted } from "../state/lab";
import { MeshShelf } from "../state/meshes";
import { SliceCache, sliceFrom } from "../state/slices";
import { Latest } from "./latest";
import type { Heard } from "./line";

export interface Way {
  send(text: string): boolean;
  redial(): void;
}

export class Talk implements Heard {
  readonly #slices = new SliceCache();
  readonly #shelf = new MeshShelf();
  readonly #look = new Latest<void>(() => this.#sayLook());
  #session: string | null = null;
  #way: Way | null = null;
  #meshes: Promise<void> = Promise.resolve();

  constructor(private readonly readMesh: (glb: Uint8Array) => Promise<BufferGeometry>) {}

  /** Whom to speak through. */
  over(way: Way): void {
    this.#way = way;
  }

  /** Show this scan. */
  open(wanted: Wanted): void {
    lab.setState({ wanted, failure: null });
    this.#say({ type: "open", ...wanted });
  }

  /** Look at a frame of the scan that is open. */
  look(frame: number): void {
    const { scan, frame: before } = lab.getState();
    if (scan === null) return;
    const next = clampFrame(frame, scan);
    if (next === before) return;
    lab.setState({ frame: next, slice: this.#slices.nearest(next) });
    this.#look.push();
    if (this.#slices.hasLetGo(next)) this.#askAgain(scan);
  }

  opened(): void {
    this.#say({ type: "hello", session: this.#session, holds: this.#shelf.digests });
  }

  dropped(reason: string): void {
    const { connection } = lab.getState();
    lab.setState({
      connection: connection === "connecting" ? "connecting" : "reconnecting",
      dropped: reason,
    });
  }

  frame(data: string | ArrayBuffer): void {
    try {
      if (typeof data === "string") this.#takeText(readServerText(data));
      else this.#takeBinary(data);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      lab.setState({ failure: `The server and this page do not match: ${error.message}. Reload the page.` });
    }
  }

  #takeText(message: ServerText): void {
    switch (message.type) {
      case "welcome":
        this.#takeWelcome(message);
        break;
      case "scan":
        this.#takeScan(message);
        break;
      case "measured":
        showMeasured(message);
        break;
      case "job":
        showJob(message);
        break;
      case "failed":
        lab.setState({ failure: message.sentence });
        break;
      default:
        assertNever(message);
    }
    this.#say({ type: "ack", seq: message.seq });
  }

  #takeBinary(frame: ArrayBuffer): void {
    const { header, payload } = splitBinary(frame);
    switch (header.type) {
      case "mesh":
        this.#meshes = this.#meshes.then(() => this.#takeMesh(header, payload));
        break;
      case "slice":
        this.#takeSlice(header, payload);
        this.#say({ type: "ack", seq: header.seq });
        break;
      default:
        assertNever(header);
    }
  }

  #takeWelcome({ server, session, scans }: Welcome): void {
    const isResumed = session === this.#session;
    this.#session = session;
    lab.setState({ connection: "open", dropped: "", server, scans });
    const { wanted, scan } = lab.getState();
    const first = scans[0];
    if (first && !scans.some(({ id }) => id === wanted?.scan)) {
      this.open({ scan: first.id, label: null });
    } else if (wanted !== null && !(isResumed && isShown(wanted, scan))) {
      this.open(wanted);
    }
    this.#sayLook();
  }

  #takeScan(scan: ScanOpened): void {
    const before = lab.getState().scan;
    if (before === null || !isSameScan(before, scan)) this.#slices.clear();
    showScan(scan);
    lab.setState({ wanted: { scan: scan.scan, label: scan.label } });
    this.#sayLook();
  }

  async #takeMesh(header: MeshData, glb: Uint8Array): Promise<void> {
    const { sha256, seq } = header;
    const kept = this.#shelf.get(sha256);
    if (kept === null && glb.length === 0) {
      this.#way?.redial(); // it thinks we hold what we let go: say hello anew
      return;
    }
    try {
      const geometry = kept ?? (await this.readMesh(glb));
      this.#shelf.put(sha256, geometry, glb.length);
      showMesh(header, geometry);
    } catch (error) {
      lab.setState({ failure: `The ${keyOf(header)} that came cannot be read: ${String(error)}` });
    }
    this.#say({ type: "ack", seq });
  }

  #takeSlice(header: SliceData, payload: Uint8Array): void {
    const { scan, frame } = lab.getState();
    if (scan === null || header.scan !== scan.scan || header.label !== scan.label) return;
    this.#slices.keep(sliceFrom(header, payload), frame);
    const slice = this.#slices.nearest(frame);
    lab.setState({ slice, slicesHeld: this.#slices.size });
  }

  /** The server sends a frame once; have it send again what there was no room to keep. */
  #askAgain({ scan, label }: ScanOpened): void {
    this.#slices.forgetLetGo();
    this.#say({ type: "open", scan, label });
  }

  #sayLook(): void {
    const { scan, frame } = lab.getState();
    if (scan !== null) this.#say({ type: "look", scan: scan.scan, frame });
  }

  #say(message: ClientMessage): void {
    this.#way?.send(JSON.stringify(message));
  }
}

function isShown(wanted: Wanted, scan: ScanOpened | null): boolean {
  return scan?.scan === wanted.scan && (wanted.label === null || wanted.label === scan.label);
}
