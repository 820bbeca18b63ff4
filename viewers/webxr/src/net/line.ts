/**
 * A socket that mends itself: dials, and dials again until it is told to stop.
 *
 * Knows nothing about messages, React, focus or XR sessions, so none of them can end it.
 */
import { SUBPROTOCOL } from "../protocol.gen";

export const FIRST_WAIT_MS = 50;
export const LONGEST_WAIT_MS = 3000;
/** A dial that is neither taken nor refused by then is given up. */
export const DIAL_TIMEOUT_MS = 5000;

export interface Heard {
  /** The line stands: say hello. */
  opened(): void;
  frame(data: string | ArrayBuffer): void;
  /** The line fell; `reason` is the server's, "" where it gave none. */
  dropped(reason: string): void;
}

/** How long to wait before dial number `tries` (from 0) after a drop. */
export function waitMs(tries: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
}

export class Line {
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #stopped = true;

  constructor(
    private readonly url: string,
    private readonly heard: Heard,
  ) {}

  start(): void {
    this.#stopped = false;
    this.#dial();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#forget(this.#socket);
  }

  /** Drop what stands and dial at once. */
  redial(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#tries = 0;
    this.#dial();
  }

  /** False where the line does not stand; the text is then lost. */
  send(text: string): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    return true;
  }

  #dial(): void {
    this.#forget(this.#socket);
    const socket = new WebSocket(this.url, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#fell(socket, ""), DIAL_TIMEOUT_MS);
    socket.onopen = () => {
      clearTimeout(this.#timer);
      this.heard.opened();
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#tries = 0;
      this.heard.frame(data);
    };
    socket.onclose = ({ reason }) => this.#fell(socket, reason);
  }

  #fell(socket: WebSocket, reason: string): void {
    this.#forget(socket);
    this.heard.dropped(reason);
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.#dial(), waitMs(this.#tries));
    this.#tries += 1;
  }

  #forget(socket: WebSocket | null): void {
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    if (this.#socket === socket) this.#socket = null;
  }
}
