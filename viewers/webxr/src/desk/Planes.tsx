/** What lies over the drawn planes: names, the crossing, a scale, and the pointer that moves them. */
import { type KeyboardEvent, type PointerEvent, useLayoutEffect, useRef, useState, type WheelEvent } from "react";
import { useStore } from "zustand";
import { lookAt } from "../link";
import { roundLengthMm } from "../scene/framing";
import { crossing, moveTo, type Plane, PLANES, planes, showPlanes, sizeMm } from "../state/planes";
import type { ScanOpened } from "../protocol.gen";
import { useLab } from "../useLab";
import { showFirstView } from "./lookFrom";
import { fitted, panelRects, type Rect } from "./panels";
import { WheelSteps } from "./wheelSteps";
import "./planes.css";

const LONGEST_BAR = 0.3;
const ARROWS: Record<string, readonly [right: number, down: number]> = {
  ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1],
};

export function PlanesButton() {
  const areShown = useStore(planes, (s) => s.areShown);
  const hasScan = useLab((s) => s.scan !== null);
  if (!hasScan) return null;
  return (
    <div className="pair">
      <button type="button" className="planes-button" aria-pressed={areShown} onClick={() => showPlanes(!areShown)}>
        Three planes
      </button>
      <button type="button" className="planes-button" title="The first view again (F)" onClick={showFirstView}>
        First view
      </button>
    </div>
  );
}

export function Planes() {
  const areShown = useStore(planes, (s) => s.areShown);
  const scan = useLab((s) => s.scan);
  return areShown && scan ? <Panels scan={scan} /> : null;
}

function Panels({ scan }: { scan: ScanOpened }) {
  const place = useRef<HTMLDivElement>(null);
  const [[width, height], setSize] = useState([0, 0]);
  useLayoutEffect(() => {
    const stage = place.current;
    if (!stage) return;
    const watch = new ResizeObserver(() => setSize([stage.clientWidth, stage.clientHeight]));
    watch.observe(stage);
    return () => watch.disconnect();
  }, []);
  const rects = width && height ? panelRects(width, height, PLANES.length) : [];
  return (
    <div ref={place} className="planes">
      {rects.map((rect, n) => (
        <Panel key={n} plane={PLANES[n]!} rect={rect} scan={scan} />
      ))}
    </div>
  );
}

function Panel({ plane, rect, scan }: { plane: Plane; rect: Rect; scan: ScanOpened }) {
  const frame = useLab((s) => s.frame);
  const crossed = crossing(useStore(planes), frame);
  const [steps] = useState(() => new WheelSteps());
  const mm = sizeMm(plane, scan);
  const picture = fitted({ ...rect, left: 0, top: 0 }, mm);
  const counts = [scan.shape[2], scan.shape[1], scan.shape[0]];
  const share = (axis: 0 | 1 | 2) => (crossed[axis] + 0.5) / counts[axis]!;
  const [x, y] = [picture.left + share(plane.right) * picture.width, picture.top + share(plane.down) * picture.height];
  const barMm = roundLengthMm(mm[0] * LONGEST_BAR);

  const go = (...changes: (readonly [axis: 0 | 1 | 2, index: number])[]) => {
    const to = [...crossed] as [number, number, number];
    for (const [axis, index] of changes) to[axis] = index;
    if (to[0] !== crossed[0] || to[1] !== crossed[1]) moveTo(to[0], to[1]);
    if (to[2] !== crossed[2]) lookAt(to[2]);
  };
  const point = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const at = (pixels: number, from: number, length: number, axis: 0 | 1 | 2) => Math.floor(((pixels - from) / length) * counts[axis]!);
    go(
      [plane.right, at(event.clientX - box.left, picture.left, picture.width, plane.right)],
      [plane.down, at(event.clientY - box.top, picture.top, picture.height, plane.down)],
    );
  };
  const press = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    point(event);
  };
  const turn = (event: WheelEvent) => go([plane.through, crossed[plane.through] + steps.take(event)]);
  const key = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    event.nativeEvent.stopImmediatePropagation();
    go([plane.right, crossed[plane.right] + arrow[0]], [plane.down, crossed[plane.down] + arrow[1]]);
  };

  return (
    <div
      className="plane"
      style={{ ...rect }}
      role="slider"
      tabIndex={0}
      aria-label={`${plane.name}: arrow keys move the crossing`}
      aria-valuenow={crossed[plane.through]}
      aria-valuemin={0}
      aria-valuemax={counts[plane.through]! - 1}
      aria-valuetext={`column ${crossed[0]}, row ${crossed[1]}, frame ${crossed[2]}`}
      onPointerDown={press}
      onPointerMove={(event) => event.buttons === 1 && point(event)}
      onWheel={turn}
      onKeyDown={key}
    >
      <b>{plane.name}</b>
      <svg aria-hidden="true" width={rect.width} height={rect.height}>
        <line x1={picture.left} x2={picture.left + picture.width} y1={y} y2={y} />
        <line x1={x} x2={x} y1={picture.top} y2={picture.top + picture.height} />
      </svg>
      <small>
        <i style={{ width: (barMm / mm[0]) * picture.width }} />
        {barMm} mm
      </small>
    </div>
  );
}
