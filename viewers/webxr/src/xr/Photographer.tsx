/** Takes the pictures that are asked for in the headset; the page keeps and saves them. */
import { useFrame } from "@react-three/fiber";
import { useRef } from "react";
import type { PerspectiveCamera } from "three";
import { takePicture } from "../scene/takePicture";
import { save } from "../net/save";
import { lab } from "../state/lab";
import { keepPicture, pictureName, pictures } from "../state/pictures";
import { say } from "../state/notice";

export function Photographer() {
  const done = useRef(pictures.getState().asked);
  useFrame(({ gl, scene, camera }) => {
    const { asked } = pictures.getState();
    if (asked === done.current) return;
    done.current = asked;
    const { scan, frame } = lab.getState();
    const name = pictureName(scan?.scan ?? "ParaSAM", frame, asked);
    takePicture(gl, scene, camera as PerspectiveCamera).then(
      (png) => {
        const { url } = keepPicture(png, name);
        save(url, name);
        say(`Picture ${asked} is saved, and kept on the page`);
      },
      (error: unknown) => lab.setState({ failure: `The picture could not be taken: ${String(error)}` }),
    );
  });
  return null;
}
