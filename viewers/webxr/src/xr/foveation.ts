/** How coarse the edge of the picture may be: sharp all over while the frame is read, else coarse. */
import { Vector3 } from "three";
import { aheadOf } from "./head";
import type { Place } from "./placement";

export const SHARP = 0;
export const COARSE = 1;
/** Metres, and the cosine of the angle off the gaze: to read takes more than to go on. */
const READS = { within: 0.45, looked: 0.9 };
const GOES_ON = { within: 0.6, looked: 0.8 };

/** For a frame whose middle is there, after `before`. */
export function foveationFor(head: Place, frame: Vector3, before: number): number {
  const towards = frame.clone().sub(head.position);
  const distance = towards.length();
  const { within, looked } = before === SHARP ? GOES_ON : READS;
  const isRead = distance < within && towards.dot(aheadOf(head)) > looked * distance;
  return isRead ? SHARP : COARSE;
}
