/** Measuring with the mouse: a click puts a point, a point that is drawn moves, a drag elsewhere turns. */
import { useThree } from "@react-three/fiber";
import { useEffect } from "react";
import { type Camera, Raycaster, Vector2, Vector3 } from "three";
import { keepMoved, placePoint } from "../net/marks";
import { measuredFrame } from "../renderer";
import { pointAlong } from "../scene/pick";
import { lab } from "../state/lab";
import type { Point } from "../state/marks";
import { measuring, movePoint } from "../state/measuring";
import { screen } from "./screen";

/** A hand trembles by so much in a click. */
const STILL_PX = 5;
const HANDLE_PX = 11;

export function useMeasuring(): void {
  const { gl, camera } = useThree();
  useEffect(() => {
    const canvas = gl.domElement;
    const mouse = new MeasuringMouse(canvas, camera);
    const stage = canvas.parentElement ?? canvas;
    const listeners = [
      ["pointerdown", mouse.down],
      ["pointermove", mouse.move],
      ["pointerup", mouse.up],
      ["pointercancel", mouse.letGo],
      ["pointerleave", mouse.leave],
    ] as const;
    for (const [name, listener] of listeners) stage.addEventListener(name, listener, { capture: true });
    screen.current = { placeOf: (point) => mouse.placeOf(point) };
    return () => {
      for (const [name, listener] of listeners) stage.removeEventListener(name, listener, { capture: true });
      screen.current = null;
    };
  }, [gl, camera]);
}

/** A point of a mark. */
interface Handle {
  id: string;
  index: number;
}

class MeasuringMouse {
  #pressed: Vector2 | null = null;
  #drawn: Handle | null = null;
  readonly #raycaster = new Raycaster();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly camera: Camera,
  ) {}

  down = (event: PointerEvent): void => {
    if (!event.isPrimary || event.button !== 0) return;
    this.#pressed = this.#placeIn(event);
    this.#drawn = this.#handleAt(this.#pressed);
    if (this.#drawn === null) return;
    event.stopPropagation(); // so that the tumour stays
    this.canvas.setPointerCapture(event.pointerId);
    measuring.setState({ chosen: this.#drawn.id });
  };

  move = (event: PointerEvent): void => {
    if (!event.isPrimary) return;
    const at = this.#placeIn(event);
    if (this.#drawn !== null) this.#draw(this.#drawn, at);
    else if (event.buttons === 0) this.#hover(at);
  };

  up = (event: PointerEvent): void => {
    if (!event.isPrimary) return;
    const [at, pressed] = [this.#placeIn(event), this.#pressed];
    if (this.#drawn !== null) {
      if (measuring.getState().moved) void keepMoved();
    }
    else if (measuring.getState().tool !== null && pressed !== null && at.distanceTo(pressed) < STILL_PX) {
      const point = this.#pointAt(at);
      if (point) void placePoint(point);
    }
    this.letGo();
  };

  letGo = (): void => {
    this.#pressed = this.#drawn = null;
  };

  leave = (): void => {
    if (measuring.getState().hover) measuring.setState({ hover: null });
  };

  /** Where a point is on the canvas, in pixels from its left upper corner. */
  placeOf(point: Point): [number, number] | null {
    if (!measuredFrame.current) return null;
    const { x, y } = measuredFrame.current.localToWorld(new Vector3(...point)).project(this.camera);
    const { width, height } = this.canvas.getBoundingClientRect();
    return [((x + 1) / 2) * width, ((1 - y) / 2) * height];
  }

  #draw({ id, index }: Handle, at: Vector2): void {
    const point = this.#pointAt(at);
    const isStill = this.#pressed !== null && at.distanceTo(this.#pressed) < 1;
    if (point && !isStill) movePoint(id, index, point);
  }

  #hover(at: Vector2): void {
    const { tool, hover } = measuring.getState();
    const handle = this.#handleAt(at);
    this.canvas.style.cursor = handle ? "grab" : tool ? "crosshair" : "";
    const point = tool === null || handle ? null : this.#pointAt(at);
    if (point !== hover) measuring.setState({ hover: point });
  }

  #handleAt(at: Vector2): Handle | null {
    let nearest: (Handle & { px: number }) | null = null;
    for (const { id, points_mm } of lab.getState().marks) {
      points_mm.forEach((point, index) => {
        const place = this.placeOf(point);
        const px = place ? at.distanceTo(new Vector2(...place)) : Infinity;
        if (px < HANDLE_PX && px < (nearest?.px ?? Infinity)) nearest = { id, index, px };
      });
    }
    return nearest;
  }

  #pointAt(at: Vector2): Point | null {
    const { width, height } = this.canvas.getBoundingClientRect();
    this.#raycaster.setFromCamera(new Vector2((at.x / width) * 2 - 1, 1 - (at.y / height) * 2), this.camera);
    return pointAlong(this.#raycaster.ray);
  }

  #placeIn({ clientX, clientY }: PointerEvent): Vector2 {
    const { left, top } = this.canvas.getBoundingClientRect();
    return new Vector2(clientX - left, clientY - top);
  }
}
