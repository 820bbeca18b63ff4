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
import { company } from "../state/company";
import {
  clampFrame,
  firstFrameToShow,
  isSameScan,
  isView,
  lab,
  showJob,
  showMarks,
  showMeasured,
  showScan,
  type View,
  type Wanted,
} from "../state/lab";
import { type Beside, beside, isBeside, standBeside } from "../state/beside";
import type { Pose, TumourPose } from "../state/pose";
import { probe, showProbe } from "../state/probe";
import { SliceCache } from "../state/slices";
import { Company, type SharedScene } from "./company";
import { saveIfDone } from "./downloads";
import { Intake } from "./intake";
import { Latest } from "./latest";
import type { Heard } from "./line";

export interface Way {
  send(text: string): boolean;
  redial(): void;
}

export class Talk implements Heard {
  readonly company: Company;
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
    this.company = new Company((message) => this.#say(message), {
      shown: sharedScene,
      adopt: (scene) => this.#adopt(scene),
    });
  }

  /** Whom to speak through. */
  over(way: Way): void {
    this.#way = way;
  }

  /** Show this scan, to those who go together, too. */
  open(wanted: Wanted): void {
    this.#show(wanted);
    this.company.changed("selection", selectionOf(wanted));
  }

  /** Look at a frame of the scan that is open. */
  look(frame: number): void {
    const { scan } = lab.getState();
    if (scan === null || !this.#turnTo(frame)) return;
    this.company.changed("place", { scan: scan.scan, frame: lab.getState().frame });
  }

  /** Draw the tumour this way. */
  view(view: View): void {
    lab.setState({ view });
    this.company.changed("view", view);
  }

  /** The probe was taken or moved; null puts it away. */
  probe(pose: Pose | null): void {
    showProbe(pose);
    const { scan } = lab.getState();
    if (scan !== null) this.company.changed("probe", { scan: scan.scan, pose });
  }

  /** Others were put into a row with the tumour. */
  beside(what: Beside): void {
    standBeside(what);
    this.company.changed("beside", what);
  }

  /** The tumour was moved. */
  hold(pose: TumourPose): void {
    company.setState({ pose });
    this.company.changed("pose", pose);
  }

  opened(): void {
    this.#isInDoubt = this.#asked !== null;
    this.#say({ type: "hello", session: this.#session, holds: this.#intake.holds() });
  }

  dropped(reason: string): void {
    this.company.dropped();
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
      case "marks":
        showMarks(message);
        break;
      case "job":
        showJob(message);
        saveIfDone(message);
        break;
      case "people":
        this.company.takePeople(message);
        break;
      case "shared":
        this.company.takeShared(message);
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
      this.#show({ scan: first.id, label: null });
    } else if (wanted !== null && !(isResumed && isShown(wanted, scan))) {
      this.#show(wanted);
    }
    this.#sayLook();
    this.company.welcomed();
  }

  #takeScan(scan: ScanOpened): void {
    const before = lab.getState().scan;
    this.#intake.opened(before === null || !isSameScan(before, scan));
    showScan(scan);
    if (this.#asked !== null && isShown(this.#asked, scan)) this.#asked = null;
    if (this.#asked === null) lab.setState({ wanted: { scan: scan.scan, label: scan.label } });
    this.#sayLook();
    this.#goTo(this.company.scene.place);
    if (before?.scan !== scan.scan && company.getState().together) showProbe(null);
    this.#probeAt(this.company.scene.probe);
    this.#nameLabel(scan);
    this.company.offer();
  }

  /** Show what others changed; it is theirs, so nobody is told. */
  #adopt({ selection, place, view, pose, probe: held, beside }: Partial<SharedScene>): void {
    if (selection && !isWanted(selection)) this.#show(selection);
    if (place !== undefined) this.#goTo(place);
    if (view && isView(view)) lab.setState({ view });
    if (pose) company.setState({ pose });
    if (held) this.#probeAt(held);
    if (beside && isBeside(beside)) standBeside(beside);
  }

  /** Hold the probe as the others do, once their scan is here. */
  #probeAt(held: SharedScene["probe"]): void {
    if (held !== null && held.scan === lab.getState().scan?.scan) showProbe(held.pose);
  }

  /** To the frame that is shared; where nobody has said which, to the first to show. */
  #goTo(place: SharedScene["place"]): void {
    const { scan } = lab.getState();
    if (scan === null || this.company.scene.selection?.scan !== scan.scan) return;
    if (place === null) this.#turnTo(firstFrameToShow(scan));
    else if (place.scan === scan.scan) this.#turnTo(place.frame);
  }

  /** A mask was made where none was, so that none was named: have all who come later see this one. */
  #nameLabel({ scan, label }: ScanOpened): void {
    const { selection } = this.company.scene;
    if (label !== null && selection?.scan === scan && selection.label === null) {
      this.company.changed("selection", { scan, label });
    }
  }

  #show(wanted: Wanted): void {
    lab.setState({ wanted, failure: null });
    this.#ask(wanted);
  }

  /** False where that frame is shown already. */
  #turnTo(frame: number): boolean {
    const { scan, frame: before } = lab.getState();
    if (scan === null) return false;
    const next = clampFrame(frame, scan);
    if (next === before) return false;
    lab.setState({ frame: next, slice: this.#intake.slices.nearest(next) });
    this.#look.push();
    if (this.#intake.slices.hasLetGo(next)) this.#askAgain(scan);
    return true;
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

function isWanted({ scan, label }: Wanted): boolean {
  const { wanted } = lab.getState();
  return wanted?.scan === scan && (label === null || label === wanted.label);
}

/** With the label that the server takes where none is named, so that all who go together see it. */
function selectionOf({ scan, label }: Wanted): Wanted {
  const card = lab.getState().scans.find(({ id }) => id === scan);
  return { scan, label: label ?? card?.labels[0] ?? null };
}

function sharedScene(): SharedScene {
  const { scan, frame, view } = lab.getState();
  const { pose } = company.getState();
  if (scan === null) return { selection: null, place: null, view, pose, probe: null, beside: null };
  const held = probe.getState();
  return {
    selection: { scan: scan.scan, label: scan.label },
    place: { scan: scan.scan, frame },
    view,
    pose,
    probe: held.isOut ? { scan: scan.scan, pose: held.pose } : null,
    beside: beside.getState().what,
  };
}
