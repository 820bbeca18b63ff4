"""What a page gives to the GPU and hears on its sockets, whoever wrote the page."""

from __future__ import annotations

import time

from playwright.sync_api import Browser, Page

WATCH = """
  window.uploads = { bytes: 0, last: 0 };
  for (const kind of [WebGLRenderingContext, WebGL2RenderingContext]) {
    for (const name of ["bufferData", "bufferSubData"]) {
      const upload = kind.prototype[name];
      kind.prototype[name] = function (...given) {
        const result = upload.apply(this, given);
        const bytes = given.find((one) => one?.byteLength)?.byteLength ?? 0;
        if (bytes > 10000) {
          window.uploads.bytes += bytes;
          window.uploads.last = performance.timeOrigin + performance.now();
        }
        return result;
      };
    }
  }
"""
QUIET_S, PATIENCE_S = 1.5, 60.0


class Watched:
    """A page whose uploads and incoming bytes are counted."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.page: Page = browser.new_page()
        self.wire_bytes = 0
        self.page.add_init_script(WATCH)
        line = self.page.context.new_cdp_session(self.page)
        line.send("Network.enable")
        line.on("Network.webSocketFrameReceived", self._heard)
        self.page.goto(url)

    def _heard(self, event: dict[str, dict[str, object]]) -> None:
        text = str(event["response"]["payloadData"])
        binary = event["response"]["opcode"] == 2
        self.wire_bytes += len(text) * 3 // 4 if binary else len(text)

    def forget(self) -> None:
        """Count from here."""
        self.settled()
        self.wire_bytes = 0
        self.page.evaluate("window.uploads.bytes = window.uploads.last = 0")

    def last_upload(self, least_bytes: int) -> float:
        """When the last upload was, s since 1970, once so many bytes have come and it is quiet."""
        self.until(f"window.uploads.bytes >= {least_bytes}")
        self.settled()
        return float(self.page.evaluate("window.uploads.last")) / 1000

    def until(self, wish: str) -> None:
        """Wait until an expression holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not self.page.evaluate(wish):
            assert time.monotonic() < deadline, f"waited in vain for {wish}"
            self.page.wait_for_timeout(20)

    def settled(self) -> None:
        """Wait until nothing was uploaded for a while."""
        while True:
            before = self.page.evaluate("window.uploads.bytes")
            self.page.wait_for_timeout(QUIET_S * 1000)
            if self.page.evaluate("window.uploads.bytes") == before:
                return
