/**
 * The scene that pages share, this page's half: what the user changes goes out and is said again
 * until it was heard; what others change is adopted, but for what the user has changed since.
 */
import type { ClientMessage, People, Presence, Share, Shared } from "../protocol.gen";
import { companions, company } from "../state/company";
import { Latest } from "./latest";

export type SharedScene = Pick<Shared, "selection" | "place" | "view" | "pose" | "probe" | "beside">;
type Field = keyof SharedScene;

const NOTHING: SharedScene = { selection: null, place: null, view: null, pose: null, probe: null, beside: null };
const FIELDS = Object.keys(NOTHING) as Field[];
const PRESENCE_MS = 50;
/** The number of a change that has not been said. */
const UNSAID = Infinity;

export interface Shows {
  /** What the page shows now; `selection` null before anything is open. */
  shown(): SharedScene;
  /** Show what others changed; what is left out stays. */
  adopt(scene: Partial<SharedScene>): void;
}

export class Company {
  #scene: SharedScene = NOTHING;
  #change = 0;
  #hasJoined = false;
  /** The changes that the server may not have heard, and their numbers. */
  readonly #unheard = new Map<Field, number>();
  readonly #saying = new Latest<void>(() => this.#sayUnsaid());
  readonly #presence = new Latest<Presence>((presence) => this.say(presence), PRESENCE_MS);

  constructor(
    private readonly say: (message: ClientMessage) => void,
    private readonly page: Shows,
  ) {}

  /** What is shared, as far as is known; the user's own changes in it. */
  get scene(): SharedScene {
    return this.#scene;
  }

  /** The server knows this page: say who it is, and what it may not have heard. */
  welcomed(): void {
    this.#hasJoined = true;
    this.#join();
  }

  /** The line fell. */
  dropped(): void {
    this.#hasJoined = false;
  }

  /** Go by this name, together or one's own way. */
  go(name: string, together: boolean): void {
    const isNew = together !== company.getState().together;
    company.setState({ name, together });
    if (isNew) {
      this.#unheard.clear();
      this.#scene = NOTHING;
    }
    if (this.#hasJoined) this.#join();
  }

  /** The user changed a part of the scene. */
  changed<F extends Field>(field: F, value: NonNullable<SharedScene[F]>): void {
    if (!company.getState().together) return;
    const before = this.#scene.selection?.scan;
    this.#scene = { ...this.#scene, [field]: value };
    if (this.#scene.selection?.scan !== before) this.#scene = { ...this.#scene, place: null, probe: null };
    this.#unheard.set(field, UNSAID);
    this.#saying.push();
  }

  /** The user moved. */
  moved(presence: Presence): void {
    if (this.#hasJoined && companions(company.getState()).length > 0) this.#presence.push(presence);
  }

  takePeople({ you, seat, people }: People): void {
    company.setState({ you, seat, people });
  }

  takeShared(shared: Shared): void {
    if (!company.getState().together) return;
    const news: Partial<SharedScene> = {};
    for (const field of FIELDS) {
      if ((this.#unheard.get(field) ?? 0) > shared.heard) continue;
      this.#unheard.delete(field);
      Object.assign(news, { [field]: shared[field] });
    }
    this.#scene = { ...this.#scene, ...news };
    this.page.adopt(news);
  }

  /** A scan was opened: bring it where nobody has said anything yet. */
  offer(): void {
    const shown = this.page.shown();
    if (this.#hasJoined && company.getState().together && shown.selection) this.#share(shown, true);
  }

  #join(): void {
    const { name, together } = company.getState();
    this.say({ type: "join", name, together });
    if (!together) return;
    for (const [field, change] of [...this.#unheard].sort(([, a], [, b]) => a - b)) {
      if (change !== UNSAID) this.say({ type: "share", change, [field]: this.#scene[field] } as Share);
    }
    this.#sayUnsaid();
    this.offer();
  }

  #sayUnsaid(): void {
    if (!this.#hasJoined) return;
    for (const [field, change] of this.#unheard) {
      if (change === UNSAID) this.#unheard.set(field, this.#share({ [field]: this.#scene[field] }));
    }
  }

  #share(scene: Partial<SharedScene>, offer = false): number {
    this.#change += 1;
    this.say({ type: "share", change: this.#change, offer, ...scene });
    return this.#change;
  }
}
