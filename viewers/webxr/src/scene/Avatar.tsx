/**
 * Somebody else: a head with a visor and two hands, or, at a desk, a screen that looks at the tumour.
 *
 * What is told of them comes some times a second; here they glide from one to the next. Who sits
 * where one's own eyes are is not drawn.
 */
import { useFrame, useThree } from "@react-three/fiber";
import { useMemo, useRef } from "react";
import { type Group, type Object3D, Vector3 } from "three";
import type { Person } from "../protocol.gen";
import { nameOf } from "../state/company";
import { isSamePose, type Pose, poseFrom, positionOf, quaternionOf } from "../state/pose";
import { colourOf } from "./colours";
import { NameTag } from "./NameTag";

/** How long a glide takes to be done by two thirds. */
const GLIDE_S = 0.05;
/** Nearer to one's own eyes than that it would only be in the way. In metres of the stand. */
const TOO_NEAR_M = 0.25;

export function Avatar({ person }: { person: Person }) {
  const { presence } = person;
  const colour = colourOf(person.id);
  if (presence === null) return null;
  return (
    <>
      <Gliding pose={presence.head ?? null} name={`head ${person.id}`} isHead>
        {presence.immersed ? <Head colour={colour} /> : <Screen colour={colour} />}
        <NameTag text={nameOf(person)} colour={colour} />
      </Gliding>
      <Gliding pose={presence.left ?? null} name={`left ${person.id}`}>
        <Fist colour={colour} />
      </Gliding>
      <Gliding pose={presence.right ?? null} name={`right ${person.id}`}>
        <Fist colour={colour} />
      </Gliding>
    </>
  );
}

interface GlidingProps {
  pose: Pose | null;
  name: string;
  isHead?: boolean;
  children: React.ReactNode;
}

function Gliding({ pose, name, isHead = false, children }: GlidingProps) {
  const group = useRef<Group>(null);
  const invalidate = useThree((s) => s.invalidate);
  const eyes = useMemo(() => new Vector3(), []);
  useFrame(({ camera }, seconds) => {
    if (!group.current) return;
    group.current.visible = pose !== null && !(isHead && isNear(group.current, camera, eyes));
    if (pose !== null && glide(group.current, pose, seconds)) invalidate();
  });
  return (
    <group ref={group} name={name} visible={false}>
      {children}
    </group>
  );
}

/** False where it has arrived. */
function glide(group: Group, pose: Pose, seconds: number): boolean {
  const part = group.visible ? 1 - Math.exp(-seconds / GLIDE_S) : 1;
  group.position.lerp(positionOf(pose), part);
  group.quaternion.slerp(quaternionOf(pose), part);
  return !isSamePose(poseFrom(group.position, group.quaternion), pose);
}

function isNear(group: Group, camera: Object3D, eyes: Vector3): boolean {
  eyes.setFromMatrixPosition(camera.matrixWorld);
  return (group.parent?.worldToLocal(eyes) ?? eyes).distanceTo(group.position) < TOO_NEAR_M;
}

function Head({ colour }: { colour: string }) {
  return (
    <>
      <mesh position={[0, 0, 0.07]} scale={[0.085, 0.11, 0.1]} {...UNTOUCHED}>
        <sphereGeometry args={[1, 24, 16]} />
        <meshStandardMaterial color={colour} roughness={0.7} />
      </mesh>
      <mesh position={[0, 0.01, -0.015]} {...UNTOUCHED}>
        <boxGeometry args={[0.16, 0.075, 0.05]} />
        <meshStandardMaterial color="#10151d" roughness={0.25} />
      </mesh>
    </>
  );
}

function Screen({ colour }: { colour: string }) {
  return (
    <mesh {...UNTOUCHED}>
      <boxGeometry args={[0.3, 0.19, 0.012]} />
      <meshStandardMaterial color={colour} roughness={0.6} transparent opacity={0.75} />
    </mesh>
  );
}

/** Small and clear, for it is at the tumour that all look at. */
function Fist({ colour }: { colour: string }) {
  return (
    <mesh scale={[0.016, 0.02, 0.03]} renderOrder={3} {...UNTOUCHED}>
      <sphereGeometry args={[1, 24, 16]} />
      <meshStandardMaterial color={colour} roughness={0.7} transparent opacity={0.6} depthWrite={false} />
    </mesh>
  );
}

/** Pointers go through people. */
const UNTOUCHED = { raycast: () => undefined, pointerEvents: "none" } as const;
