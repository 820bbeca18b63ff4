/** The one line to the server that served this page. */
import { Line } from "./net/line";
import { readMesh } from "./net/readMesh";
import { Talk } from "./net/talk";
import { addressFrom, wantedIn } from "./state/address";
import { openDrawer } from "./state/database";
import { Keep } from "./state/keep";
import type { Presence } from "./protocol.gen";
import type { Beside } from "./state/beside";
import { lab, type View } from "./state/lab";
import type { Pose, TumourPose } from "./state/pose";
import { firstPose, laid, type Lie, probe } from "./state/probe";
import { SliceCache } from "./state/slices";

const keep = new Keep(openDrawer());
/** The frames of the scan that is shown. */
export const slices = new SliceCache();
const talk = new Talk(readMesh, keep, slices);

/** Dial, and keep the address bar and what is shown in step. */
export function connect(): void {
  const url = new URL("ws", document.baseURI);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  lab.setState({ wanted: wantedIn(location.hash) });
  const line = new Line(url.href, talk);
  talk.over(line);
  void keep.ready.then(() => line.start());
  addEventListener("online", () => line.redial());
  // by now the address may be another: that of what has just been opened
  addEventListener("hashchange", ({ newURL }) => {
    const wanted = wantedIn(new URL(newURL).hash);
    if (wanted !== null) talk.open(wanted);
  });
  lab.subscribe(({ wanted }, before) => {
    if (wanted !== null && wanted !== before.wanted) {
      history.replaceState(null, "", addressFrom(wanted));
    }
  });
}

/** Show a scan, with the label the server takes where none is named. */
export function openScan(scan: string, label: string | null = null): void {
  talk.open({ scan, label });
}

export function lookAt(frame: number): void {
  talk.look(frame);
}

/** Go so many frames on; below zero, back. */
export function step(frames: number): void {
  talk.look(lab.getState().frame + frames);
}

export function showView(view: View): void {
  talk.view(view);
}

/** The tumour was moved to this pose, in the stand's coordinates. */
export function hold(pose: TumourPose): void {
  talk.hold(pose);
}

/** Take the probe, through the middle of what is looked at where it was not held yet. */
export function takeProbe(): void {
  talk.probe(probe.getState().pose ?? firstPose());
}

export function putProbeAway(): void {
  talk.probe(null);
}

/** Hold it so, in the scan's own scene. */
export function moveProbe(pose: Pose): void {
  talk.probe(pose);
}

/** Lay it through the middle. */
export function layProbe(lie: Lie): void {
  const pose = laid(lie);
  if (pose) talk.probe(pose);
}

/** Go by this name, with those who share a scene or one's own way. */
export function go(name: string, together: boolean): void {
  talk.company.go(name, together);
}

/** Where the user's head and hands are, for those who share the scene. */
export function be(presence: Presence): void {
  talk.company.moved(presence);
}

/** Have these stand beside the tumour, which is whole then. */
export function placeBeside(what: Beside): void {
  talk.beside(what);
  if (what !== "nothing" && lab.getState().view === "cut") showView("solid");
}
