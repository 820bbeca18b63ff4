/**
 * What is used most, above the other hand's palm while that is held before the eyes. With a
 * controller, B or Y of that hand shows it, too, and puts it away.
 */
import { Container } from "@react-three/uikit";
import { useFrame } from "@react-three/fiber";
import { useXR } from "@react-three/xr";
import { type RefObject, useRef, useState } from "react";
import type { Group } from "three";
import { useStore } from "zustand";
import { putProbeAway, showView, takeProbe } from "../link";
import { VIEW_WORDS, VIEWS } from "../state/lab";
import { askForPicture } from "../state/pictures";
import { probe } from "../state/probe";
import { pointingHand } from "../state/settings";
import { useLab } from "../useLab";
import { Button } from "./Button";
import { headIn } from "./head";
import { bringBoard, comeBack, held, toggleTrueSize } from "./held";
import { INK } from "./look";
import { turn } from "./origin";
import { isShown, menuPlace, palmOf } from "./palm";
import type { Place } from "./placement";
import { TURN_RADIANS } from "./walk";

const PIXEL_M = 0.00052;
const WIDTH = 304;
const HALF = 132;
const ABOVE_M = 0.11;
const SECOND_BUTTON = 5; // B or Y, in the order of `xr-standard` gamepads
/** The share of the way that it follows in a frame, so that a hand's tremor does not show. */
const FOLLOWS = 0.35;

export function PalmMenu() {
  const session = useXR((xr) => xr.session);
  const space = useXR((xr) => xr.originReferenceSpace);
  const group = useRef<Group>(null);
  const head = useRef<Place>(null);
  const was = useRef({ isDown: false, isPinned: false });
  const [shown, setShown] = useState(false);

  useFrame((_state, _seconds, frame: XRFrame | undefined) => {
    const source = [...(session?.inputSources ?? [])].find(({ handedness }) => handedness === otherHand());
    head.current = headIn(frame, space);
    const palm = source && frame && space ? palmOf(source, frame, space) : null;
    if (!palm || !head.current) return setShown(false);
    const isDown = source?.gamepad?.buttons[SECOND_BUTTON]?.pressed ?? false;
    if (isDown && !was.current.isDown) was.current.isPinned = !was.current.isPinned;
    was.current.isDown = isDown;
    const isNow = was.current.isPinned || isShown(palm, head.current, shown);
    setShown(isNow);
    if (!isNow || !group.current) return;
    const { position, towards } = menuPlace(palm, head.current, ABOVE_M);
    group.current.position.lerp(position, shown ? FOLLOWS : 1);
    group.current.quaternion.copy(towards);
  });

  return (
    <group ref={group} name="menu">
      {shown && <Menu head={head} />}
    </group>
  );
}

function otherHand(): XRHandedness {
  return pointingHand() === "left" ? "right" : "left";
}

function Menu({ head }: { head: RefObject<Place | null> }) {
  const view = useLab((s) => s.view);
  const isTrue = useStore(held, (s) => s.magnification === 1);
  const isOut = useStore(probe, (s) => s.isOut);
  const isVr = useXR((xr) => xr.mode === "immersive-vr");
  const next = VIEWS[(VIEWS.indexOf(view) + 1) % VIEWS.length] ?? view;
  const turnBy = (radians: number) => () => head.current && turn(radians, head.current.position);
  return (
    <Container
      pixelSize={PIXEL_M}
      width={WIDTH}
      flexWrap="wrap"
      gap={8}
      padding={12}
      borderRadius={18}
      borderWidth={1}
      borderColor={INK.edge}
      backgroundColor={INK.board}
    >
      <Item onClick={() => showView(next)} name="menu view">{`View: ${VIEW_WORDS[view]}`}</Item>
      <Item onClick={toggleTrueSize} name="menu true size" pressed={isTrue}>
        True size
      </Item>
      <Item onClick={comeBack} name="menu bring back">
        Bring back
      </Item>
      <Item onClick={isOut ? putProbeAway : takeProbe} name="menu probe" pressed={isOut}>
        Probe
      </Item>
      <Item onClick={bringBoard} name="menu board here">
        Board here
      </Item>
      <Item onClick={askForPicture} name="menu picture">
        Picture
      </Item>
      {isVr && (
        <>
          <Item onClick={turnBy(TURN_RADIANS)} name="menu turn left">
            Turn left
          </Item>
          <Item onClick={turnBy(-TURN_RADIANS)} name="menu turn right">
            Turn right
          </Item>
        </>
      )}
    </Container>
  );
}

function Item(props: { children: string; onClick: () => void; name: string; pressed?: boolean }) {
  return <Button width={HALF} {...props} />;
}
