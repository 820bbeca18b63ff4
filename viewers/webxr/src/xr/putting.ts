/**
 * Points put in a headset: with a tool in hand, trigger and pinch put a point where they would else
 * take the tumour; a squeeze takes it all the same.
 */
import { placePoint } from "../net/marks";
import { measuring } from "../state/measuring";
import { meant, type Pointing } from "./meaning";

/** The pointer whose next point is shown; another one takes over by a press. */
let shown: number | null = null;

function put(event: Pointing): void {
  if (measuring.getState().tool === null || event.nativeEvent.type !== "selectstart") return;
  event.stopPropagation();
  shown = event.pointerId;
  const point = meant(event);
  if (point) void placePoint(point);
}

function show(event: Pointing): void {
  if (measuring.getState().tool === null) return;
  shown ??= event.pointerId;
  if (shown === event.pointerId) measuring.setState({ hover: meant(event) });
}

function hide({ pointerId }: Pointing): void {
  if (shown !== pointerId) return;
  shown = null;
  measuring.setState({ hover: null });
}

/** For what is measured on. */
export const PUTTING = { onPointerDown: put, onPointerMove: show, onPointerLeave: hide };
