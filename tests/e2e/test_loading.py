"""What is shown of a scan that is on its way: what is loaded, and nothing that is not there yet."""

from __future__ import annotations

import pytest

# Held back, messages wait from the first one on that has a payload, until `let_go()`.
HELD = """{
  const { set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
  const waiting = [];
  let isHeld = true;
  const take = (heard, event) => {
    if (isHeld && (waiting.length > 0 || typeof event.data !== 'string')) {
      waiting.push(() => heard(event));
    } else heard(event);
  };
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    set(heard) { set.call(this, heard && (event => take(heard, event))); },
  });
  window.hold = () => void (isHeld = true);
  window.let_go = () => { isHeld = false; waiting.splice(0).forEach(go => go()); };
}"""


@pytest.fixture
def slow(visit, lab):
    """A page that is told which scan it looks at, and is held back all of it."""
    page = visit(lab.url, script=HELD)
    page.until("s.scan === 'M1_d0'")
    yield page
    assert page.errors == []
    page.close()


def test_what_is_loaded_is_said_until_it_is_there(slow):
    loading = slow.page.locator(".loading")
    scale = slow.page.get_by_role("img", name="Scale bar")
    loading.get_by_text("Loading M1_d0 …").wait_for()
    assert scale.count() == 0
    slow.page.evaluate("let_go()")
    slow.all_here()  # nothing of this scan is held back then
    scale.wait_for()
    assert loading.inner_text() == ""
    slow.page.evaluate("hold()")
    slow.page.evaluate("location.hash = '#scan=M2_d0'")
    loading.get_by_text("Loading M2_d0 …").wait_for()
    assert scale.count() == 0
    slow.page.evaluate("let_go()")
    slow.shown()
    assert loading.inner_text() == ""


def light_blue(pixels):
    """How much of the picture is the colour of the probe."""
    r, g, b = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return ((r < 130) & (g > 150) & (b > 200)).mean()


def test_the_probe_is_an_edge_until_there_is_something_to_see(slow):
    slow.page.evaluate("let_go()")
    slow.all_here()
    slow.page.get_by_role("button", name="Take the probe").click()
    slow.until("s.probe.isOut && s.probe.pose")
    slow.page.evaluate("hold()")
    slow.page.evaluate("location.hash = '#scan=M1_d6'")
    slow.until("s.scan === 'M1_d6' && s.volume === null && s.probe.pose")
    assert 0.0002 < light_blue(slow.pixels()) < 0.02
    slow.page.evaluate("let_go()")
    slow.all_here()
    slow.page.get_by_role("button", name="Put the probe away").click()
    slow.until("!s.probe.isOut")
