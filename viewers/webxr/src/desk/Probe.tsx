/** Take the probe out, lay it, and say how it lies; for keyboard and mouse. */
import { Vector3 } from "three";
import { useStore } from "zustand";
import { layProbe, moveProbe, putProbeAway, takeProbe } from "../link";
import { renderer, specimen, volume } from "../renderer";
import { isOutlineDrawn } from "../scene/outlined";
import { pictureOf } from "../scene/probePicture";
import { useProbe } from "../scene/useProbe";
import { lab } from "../state/lab";
import { levels } from "../state/levels";
import { type Pose, quaternionOf } from "../state/pose";
import { type Attitude, attitudeOf, LIE_WORDS, LIES, poseOf, probe } from "../state/probe";
import { useLab } from "../useLab";
import { showFrom } from "./lookFrom";
import { savePicture } from "./pictureFile";
import { Range } from "./Range";

export function Probe() {
  const scan = useLab((s) => s.scan);
  const isOut = useStore(probe, (s) => s.isOut);
  if (scan === null) return null;
  return (
    <section aria-labelledby="probe" className="card">
      <h2 id="probe">Probe</h2>
      <p className="note">An oblique cut: a plane that shows the ultrasound wherever you hold it, at any angle.</p>
      <button type="button" className="wide" aria-pressed={isOut} onClick={isOut ? putProbeAway : takeProbe}>
        {isOut ? "Put the probe away" : "Take the probe"}
      </button>
      {isOut && <Lying />}
    </section>
  );
}

function Lying() {
  const pose = useStore(probe, (s) => s.pose);
  const scan = useLab((s) => s.scan);
  const subject = useLab((s) => s.subject);
  if (!pose || !scan || !subject) return null;
  const attitude = attitudeOf(pose, scan, subject.centre);
  const reachMm = Math.ceil(subject.radius * 1e3 * 1.5);
  const put = (change: Partial<Attitude>) => moveProbe(poseOf({ ...attitude, ...change }, scan, subject.centre));
  return (
    <>
      <div className="row" role="group" aria-label="Lay the probe">
        {LIES.map((lie) => (
          <button key={lie} type="button" onClick={() => layProbe(lie)}>
            {LIE_WORDS[lie]}
          </button>
        ))}
      </div>
      <Range name="Place" unit="mm" min={-reachMm} max={reachMm} step={0.05} value={attitude.placeMm} onChange={(placeMm) => put({ placeMm })} />
      <Range name="Turn" unit="°" min={-180} max={180} step={1} value={attitude.turnDeg} onChange={(turnDeg) => put({ turnDeg })} />
      <Range name="Tilt" unit="°" min={-90} max={90} step={1} value={attitude.tiltDeg} onChange={(tiltDeg) => put({ tiltDeg })} />
      <Range name="Roll" unit="°" min={-180} max={180} step={1} value={attitude.rollDeg} onChange={(rollDeg) => put({ rollDeg })} />
      <button type="button" className="wide" onClick={() => lookStraightAt(pose)}>
        Look straight at it
      </button>
      <SaveButton />
    </>
  );
}

function lookStraightAt(pose: Pose): void {
  const out = new Vector3(0, 0, 1).applyQuaternion(quaternionOf(pose));
  if (specimen.current) showFrom(out.transformDirection(specimen.current.matrixWorld));
}

function SaveButton() {
  const place = useProbe();
  const save = async () => {
    const { scan } = lab.getState();
    if (!place?.section || !scan || !renderer.current || !volume.current) return;
    const pictured = { section: place.section, indexFromPlane: place.indexFromPlane, levels: levels.getState(), isOutlined: isOutlineDrawn() };
    const finestMm = Math.min(...scan.spacing_mm);
    await savePicture(pictureOf(renderer.current, volume.current.sampled, pictured, finestMm), `${scan.scan}_probe`);
  };
  if (!place?.section) return <p className="note">The probe looks past the scan: lay it anew.</p>;
  return (
    <button type="button" className="wide" onClick={() => void save()}>
      Save this picture
    </button>
  );
}
