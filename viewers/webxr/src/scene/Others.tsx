/** The others who share the scene: heads, hands and names. Its parent has the stand's coordinates. */
import { useStore } from "zustand";
import { companions, company } from "../state/company";
import { Avatar } from "./Avatar";

export function Others() {
  const people = useStore(company, (s) => s.people);
  const together = useStore(company, (s) => s.together);
  return companions({ people, together }).map((person) => <Avatar key={person.id} person={person} />);
}
