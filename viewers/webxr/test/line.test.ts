import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Latest } from "../src/net/latest";
import { DIAL_TIMEOUT_MS, FIRST_WAIT_MS, type Heard, Line, LONGEST_WAIT_MS, waitMs } from "../src/net/line";

/** A socket whose other end is this test. */
class FakeSocket {
  static readonly OPEN = 1;
  static dialled: FakeSocket[] = [];
  readyState = 0;
  binaryType = "blob";
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { reason: string }) => void) | null = null;

  constructor(
    readonly url: string,
    readonly subprotocol: string,
  ) {
    FakeSocket.dialled.push(this);
  }

  send(text: string): void {
    this.sent.push(text);
  }

  close(): void {
    this.readyState = 3;
  }

  accept(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }

  fall(reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ reason });
  }
}

const last = () => FakeSocket.dialled.at(-1) as FakeSocket;
const dials = () => FakeSocket.dialled.length;
let heard: { [K in keyof Heard]: ReturnType<typeof vi.fn> };
let line: Line;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  FakeSocket.dialled = [];
  heard = { opened: vi.fn(), frame: vi.fn(), dropped: vi.fn() };
  line = new Line("ws://lab/ws", heard as unknown as Heard);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a line", () => {
  it("dials with our subprotocol and takes bytes as buffers", () => {
    line.start();
    expect([last().url, last().subprotocol, last().binaryType]).toEqual(["ws://lab/ws", "parasam.v1", "arraybuffer"]);
  });

  it("hands on what it hears, and sends only while it stands", () => {
    line.start();
    expect(line.send("early")).toBe(false);
    last().accept();
    last().onmessage?.({ data: "frame" });
    expect(line.send("hello")).toBe(true);
    expect(last().sent).toEqual(["hello"]);
    expect(heard.frame).toHaveBeenCalledWith("frame");
    last().fall("taken over");
    expect(line.send("late")).toBe(false);
    expect(heard.dropped).toHaveBeenCalledWith("taken over");
  });

  it("waits longer each time, and never longer than it says", () => {
    const waits = Array.from({ length: 12 }, (_, i) => waitMs(i));
    expect(waits[0]).toBe(FIRST_WAIT_MS);
    expect(Math.max(...waits)).toBe(LONGEST_WAIT_MS);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });

  it("dials again after each drop, quickly once it was heard", () => {
    line.start();
    for (let tries = 0; tries < 6; tries += 1) {
      last().fall();
      vi.advanceTimersByTime(waitMs(tries) - 1);
      expect(dials()).toBe(tries + 1);
      vi.advanceTimersByTime(1);
      expect(dials()).toBe(tries + 2);
    }
    last().accept();
    last().onmessage?.({ data: "welcome" });
    last().fall();
    vi.advanceTimersByTime(FIRST_WAIT_MS);
    expect(dials()).toBe(8);
  });

  it("gives up a dial that nobody answers", () => {
    line.start();
    vi.advanceTimersByTime(DIAL_TIMEOUT_MS + FIRST_WAIT_MS);
    expect(dials()).toBe(2);
    expect(FakeSocket.dialled[0]?.readyState).toBe(3);
  });

  it("does not hear a socket it has let go", () => {
    line.start();
    const old = last();
    line.redial();
    expect([old.onopen, old.onmessage, old.onclose]).toEqual([null, null, null]);
    expect(dials()).toBe(2);
  });

  it("stays down once it is stopped", () => {
    line.start();
    line.stop();
    line.redial();
    vi.advanceTimersByTime(60_000);
    expect(dials()).toBe(1);
  });
});

describe("the latest of many", () => {
  it("sends the first at once, then only the last of each interval", () => {
    const sent: number[] = [];
    const latest = new Latest<number>((n) => sent.push(n), 16);
    for (const n of [1, 2, 3]) latest.push(n);
    expect(sent).toEqual([1]);
    vi.advanceTimersByTime(16);
    expect(sent).toEqual([1, 3]);
    vi.advanceTimersByTime(100);
    latest.push(4);
    expect(sent).toEqual([1, 3, 4]);
  });
});
