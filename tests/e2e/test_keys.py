"""The desk page by keyboard alone."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(("key", "view"), [("1", "cut"), ("2", "glass"), ("3", "solid")])
def test_digits_choose_how_the_tumour_is_drawn(desk, key, view):
    desk.page.keyboard.press(key)
    desk.until(f"s.view === '{view}'")


def test_v_goes_round_the_ways(desk):
    ways = desk.page.get_by_role("group", name="How the tumour is drawn").get_by_role("button")
    views = [desk.state["view"]]
    for _ in range(ways.count()):
        desk.page.keyboard.press("v")
        views.append(desk.state["view"])
    assert views[0] == views[-1]
    assert len(set(views)) == ways.count()


def test_the_list_names_every_key_and_escape_gives_the_focus_back(desk):
    button = desk.page.get_by_role("button", name="Keys")
    button.focus()
    desk.page.keyboard.press("Enter")
    dialog = desk.page.get_by_role("dialog", name="Keys")
    shown = dialog.locator("kbd").all_inner_texts()
    assert {"V", "N", "P", "/", "M", "?", "Home", "End", "Escape"} <= set(shown)
    frame = desk.state["frame"]
    desk.page.keyboard.press("ArrowRight")  # the page behind stands still
    assert desk.state["frame"] == frame
    desk.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert button.evaluate("e => e === document.activeElement")


def test_letters_can_be_left_to_other_programs(desk):
    desk.page.keyboard.press("?")
    choice = desk.page.get_by_role("checkbox")
    choice.uncheck()
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("m")
    desk.page.keyboard.press("ArrowRight")
    desk.until("s.frame === 21 && s.dialog === null")
    desk.page.get_by_role("button", name="Keys").click()
    choice.check()
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("?")
    desk.until("s.dialog === 'keys'")
    desk.page.keyboard.press("Escape")


def test_a_letter_in_a_field_is_a_letter(desk):
    field = desk.page.get_by_label("Your name")
    field.focus()
    desk.page.keyboard.type("mv?")
    assert field.input_value().endswith("mv?")
    assert desk.state["dialog"] is None
    field.fill("")


FOCUSED = """() => {
  const { activeElement: e } = document;
  const reach = e.querySelector('.reach');
  return { tag: e.tagName, name: e.getAttribute('aria-label') || e.textContent,
           isSeen: getComputedStyle(e).outlineStyle !== 'none'
                   || reach !== null && getComputedStyle(reach).stroke !== 'none' };
}"""


def test_what_has_the_focus_shows_it(desk):
    desk.until("s.growth.length === 2")
    desk.page.get_by_role("button", name="Keys").focus()
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Shift+Tab")  # as only a keyboard does
    seen = [desk.page.evaluate(FOCUSED)]
    for _ in range(60):
        desk.page.keyboard.press("Tab")
        focused = desk.page.evaluate(FOCUSED)
        if focused["tag"] == "BODY":  # all round
            break
        seen.append(focused)
    assert [each for each in seen if not each["isSeen"]] == []
    names = [each["name"] for each in seen]
    order = ["Keys", "Cut", "Frame before", "Search the scans", "All measurements", "d6: "]
    places = [next(i for i, name in enumerate(names) if name.startswith(n)) for n in order]
    assert places == sorted(places)
