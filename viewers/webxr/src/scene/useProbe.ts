/** The probe's plane in the scan that is open, for what draws and moves it. */
import { useMemo } from "react";
import { Matrix4, Quaternion, Vector3 } from "three";
import { useStore } from "zustand";
import { positionOf, quaternionOf } from "../state/pose";
import { probe, type Section, sectionOf } from "../state/probe";
import { useLab } from "../useLab";

export interface ProbePlace {
  position: Vector3;
  quaternion: Quaternion;
  indexFromPlane: Matrix4;
  /** Null where it passes the scan by. */
  section: Section | null;
  /** How far above the plane's origin the transducer's face is, metres. */
  faceAbove: number;
  /** Of the transducer's face, metres. */
  size: number;
}

const ONE = new Vector3(1, 1, 1);
/** In radii of the tumour, so that the transducer stays in view where the tumour lies deep. */
const HIGHEST = 1.35;
const SIZE = 0.7;

export function useProbe(): ProbePlace | null {
  const { isOut, pose } = useStore(probe);
  const scan = useLab((s) => s.scan);
  const radius = useLab((s) => s.subject?.radius);
  return useMemo(() => {
    if (!isOut || !pose || !scan || radius === undefined) return null;
    const [position, quaternion] = [positionOf(pose), quaternionOf(pose)];
    const indexFromScene = new Matrix4().fromArray(scan.scene_from_index).invert();
    const indexFromPlane = indexFromScene.multiply(new Matrix4().compose(position, quaternion, ONE));
    const section = sectionOf(scan.shape, indexFromPlane);
    const top = section ? section.bottom + section.height : radius;
    return { position, quaternion, indexFromPlane, section, faceAbove: Math.min(top, HIGHEST * radius), size: SIZE * radius };
  }, [isOut, pose, scan, radius]);
}
