/**
 * The page's half of the talk: what comes in goes to the store and is acked, what the user wants
 * goes out. After a drop it says hello again, with what it holds, and asks for what was shown.
 */
import type { BufferGeometry } from "three";
import {
  assertNever,
  type ClientMessage,
  readServerText,
  type ScanOpened,
  type ServerText,
  type Welcome,
  WireError,
} from "../protocol.gen";
import { Keep } from "../state/keep";
import { clampFrame, isSameScan, lab, showJob, showMeasured, showScan, type Wanted } from "../state/lab";
import { SliceCache } from "../state/slices";
import { saveIfDone } from "./downloads";
import { Intake } from "./intake";
import { Latest } from "./latest";
import type { Heard } from "./line";

export interface Way {
  send(text: string): boolean;
  redial(): void;
}

export class Talk implements Heard {
  readonly #intake: Intake;
  readonly #look = new Latest<void>(() => this.#sayLook());
  #session: string | null = null;
  /** What was asked for and has not been opened yet: asked again after a drop. */
  #asked: Wanted | null = null;
  /** Whether the line fell since, so that it may not have been heard. */
  #isInDoubt = false;
  #way: Way | null = null;

  constructor(
    readMesh: (glb: Uint8Array) => Promise<BufferGeometry>,
    keep = new Keep(),
    slices = new SliceCache(),
  ) {
    this.#intake = new Intake(readMesh, keep, slices, {
      ack: (seq) => this.#say({ type: "ack", seq }),
      anew: () => this.#way?.redial(),
    });
  }

  /** Whom to speak through. */
  over(way: Way): void {
    this.#way = way;
  }

  /** Show this scan. */
  open(wanted: Wanted): void {
    lab.setState({ wanted, failure: null });
    this.#ask(wanted);
  }

  /** Look at a frame of the scan that is open. */
  look(frame: number): void {
    const { scan, frame: before } = lab.getState();
    if (scan === null) return;
    const next = clampFrame(frame, scan);
    if (next === before) return;
    lab.setState({ frame: next, slice: this.#intake.slices.nearest(next) });
    this.#look.push();
    if (this.#intake.slices.hasLetGo(next)) this.#askAgain(scan);
  }

  opened(): void {
    this.#isInDoubt = this.#asked !== null;
    this.#say({ type: "hello", session: this.#session, holds: this.#intake.holds() });
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
      else this.#intake.take(data);
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
        saveIfDone(message);
        break;
      case "failed":
        lab.setState({ failure: message.sentence });
        break;
      default:
        assertNever(message);
    }
    this.#say({ type: "ack", seq: message.seq });
  }

  #takeWelcome({ server, session, scans }: Welcome): void {
    const isResumed = session === this.#session && !this.#isInDoubt;
    this.#isInDoubt = false;
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
    this.#intake.opened(before === null || !isSameScan(before, scan));
    showScan(scan);
    if (this.#asked !== null && isShown(this.#asked, scan)) this.#asked = null;
    if (this.#asked === null) lab.setState({ wanted: { scan: scan.scan, label: scan.label } });
    this.#sayLook();
  }

  /** The server sends a frame once; have it send again what there was no room to keep. */
  #askAgain({ scan, label }: ScanOpened): void {
    this.#intake.slices.forgetLetGo();
    this.#ask({ scan, label });
  }

  #ask(wanted: Wanted): void {
    this.#asked = wanted;
    this.#say({ type: "open", ...wanted });
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
