/** What stands in the row, with its surfaces as they come. */
import { useEffect, useMemo, useState } from "react";
import type { Vector3 } from "three";
import { useStore } from "zustand";
import { type Surface, surfaceOf } from "../net/surfaces";
import { beside, keyOf, type Standing, standingBy } from "../state/beside";
import { useLab } from "../useLab";
import { centroidOf } from "./centroid";

/** Of the largest diameter in the row, from middle to middle. */
const APART = 1.25;

export interface InRow extends Standing {
  surface: Surface;
  /** What comes to lie at the place's middle, in metres of its own scene. */
  middle: Vector3;
}

export interface Row {
  /** Those whose surface has come. */
  standing: readonly InRow[];
  /** From one place to the next, metres. */
  apart: number;
}

export function useRow(): Row {
  const what = useStore(beside, (s) => s.what);
  const open = useLab((s) => s.scan);
  const scans = useLab((s) => s.scans);
  const subject = useLab((s) => s.subject);
  const row = useMemo(() => (open ? standingBy(what, open, scans) : []), [what, open, scans]);
  const surfaces = useSurfaces(row);
  const found = useMemo(() => {
    const standing = row.flatMap((one) => {
      const surface = surfaces[keyOf(one)];
      if (!surface || !subject) return [];
      // masks of one scan keep their places to each other, whatever their shapes
      const middle = what === "masks" ? subject.centre : centroidOf(surface.geometry);
      return [{ ...one, surface, middle }];
    });
    const radii = standing.map(({ surface: { geometry } }) => (geometry.computeBoundingSphere(), geometry.boundingSphere?.radius ?? 0));
    return { standing, apart: 2 * APART * Math.max(subject?.radius ?? 0, ...radii) };
  }, [row, surfaces, subject, what]);
  useEffect(() => beside.setState({ apart: found.standing.length > 0 ? found.apart : null }), [found]);
  return found;
}

type Surfaces = Readonly<Record<string, Surface>>;

function useSurfaces(row: readonly Standing[]): Surfaces {
  const [surfaces, setSurfaces] = useState<Surfaces>({});
  useEffect(() => {
    let isOver = false;
    for (const one of row) {
      surfaceOf(one.scan, one.label).then(
        (surface) => {
          if (!isOver) setSurfaces((before) => ({ ...before, [keyOf(one)]: surface }));
        },
        () => undefined, // without a surface it is not in the row; the growth card says why
      );
    }
    return () => {
      isOver = true;
      setSurfaces({});
    };
  }, [row]);
  return surfaces;
}
