"""Several pages in one lab: they share the scene, or go their own way."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.e2e.browser import place
from tests.e2e.cable import Cable
from tests.e2e.hands import take
from tests.e2e.lab import Lab

MASKS = [("M1_d0", "manual"), ("M1_d6", "manual"), ("M1_d6", "shifted")]
SHIFT = np.array([0.1, 0.05, 0.04])
GONE_WITHIN_S = 90  # a browser that is closed in haste does not always say so


@pytest.fixture
def lab(library):
    """One for each test: nobody of the test before is still listed."""
    with Lab(library) as started:
        yield started


def share(page, name=""):
    """Name oneself and share the scene."""
    if name:
        page.page.get_by_label("Your name").fill(name)
    page.page.get_by_role("button", name="Share the scene").click()
    page.until("s.company.together")


def go_own_way(page):
    page.page.get_by_role("button", name="Go my own way").click()
    page.until("!s.company.together")


def alike(pages):
    """Wait until all of them show the same; what it is."""
    for _ in range(500):
        scenes = {page.state["scene"] for page in pages}
        if len(scenes) == 1:
            return scenes.pop()
        pages[0].page.wait_for_timeout(40)
    raise AssertionError([page.state for page in pages])


@pytest.fixture
def desks(lab, visit):
    pages = [visit(lab.url), visit(lab.url)]
    for page in pages:
        page.all_here()
    yield pages
    assert [page.errors for page in pages] == [[], []]
    for page in pages:
        page.close()


def test_who_shares_sees_what_the_other_does(desks):
    first, second = desks
    first.page.get_by_role("slider", name="Frame").fill("11")
    share(first, "Ann")
    share(second, "Zoë")
    second.until("s.frame === 11")
    second.page.get_by_role("button", name="Glass", exact=True).click()
    second.page.get_by_role("slider", name="Frame").fill("25")
    first.until("s.shownFrame === 25")
    assert (
        first.page.get_by_role("button", name="Glass", exact=True).get_attribute("aria-pressed")
        == "true"
    )
    first.page.get_by_role("button", name="d6").click()
    second.until("s.scan === 'M1_d6'")
    for page in desks:
        page.all_here()
    alike(desks)
    assert "Zoë" in first.page.get_by_label("Others in this lab").inner_text()
    assert "Ann" in second.page.get_by_label("Others in this lab").inner_text()


def test_the_probe_that_one_holds_is_in_the_others_hands_too(desks, visit, lab):
    first, second = desks
    share(first)
    share(second)
    first.until("s.company.companions.length === 1")
    first.page.get_by_role("button", name="Take the probe").click()
    second.until("s.probe.isOut && !s.layers.frame")
    second.page.get_by_role("slider", name="Turn").fill("-30")
    second.page.get_by_role("slider", name="Place").fill("0.6")
    pose = second.state["probe"]["pose"]
    first.until(f"JSON.stringify(s.probe.pose) === JSON.stringify({pose})")
    assert first.page.get_by_role("slider", name="Turn").input_value() == "-30"
    alike(desks)
    third = visit(lab.url)
    third.all_here()
    share(third)
    third.until(f"s.probe.isOut && JSON.stringify(s.probe.pose) === JSON.stringify({pose})")
    third.page.get_by_role("button", name="Put the probe away").click()
    first.until("!s.probe.isOut && s.layers.frame")
    first.page.get_by_role("button", name="Take the probe").click()
    third.until("s.probe.isOut")
    third.page.get_by_role("button", name="d6").click()
    first.until("s.scan === 'M1_d6' && !s.probe.isOut")  # it was held to the other scan
    for page in (*desks, third):
        page.all_here()
    alike([*desks, third])
    assert third.errors == []
    third.close()


def test_what_one_puts_side_by_side_stands_before_the_others(desks):
    first, second = desks
    share(first)
    share(second)
    first.until("s.company.companions.length === 1")
    first.page.get_by_role("button", name="Timepoints").click()
    second.until(
        "s.beside.what === 'times' && Object.keys(s.row).length === 1 && s.view === 'solid'"
    )
    second.page.get_by_role("button", name="Alone").click()
    first.until("s.beside.what === 'nothing' && s.layers.frame")


def test_who_goes_their_own_way_is_left_alone(desks):
    first, second = desks
    share(first)
    first.page.get_by_role("slider", name="Frame").fill("11")
    share(second)
    second.until("s.frame === 11")
    go_own_way(second)
    second.page.get_by_role("slider", name="Frame").fill("5")
    first.page.get_by_role("slider", name="Frame").fill("30")
    first.until("s.shownFrame === 30")
    second.page.wait_for_timeout(300)
    assert (first.state["frame"], second.state["frame"]) == (30, 5)
    share(second)
    second.until("s.frame === 30")


def test_name_and_way_are_kept_when_the_page_is_loaded_anew(desks):
    first, second = desks
    share(first, "Ann")
    share(second)
    second.page.get_by_role("slider", name="Frame").fill("7")
    first.until("s.frame === 7")
    first.page.reload()
    first.until("s.company?.together && s.shownFrame === 7")
    assert first.page.get_by_label("Your name").input_value() == "Ann"
    second.until("s.company.people.length === 1", patience_s=GONE_WITHIN_S)


def test_who_leaves_is_no_longer_listed_and_whose_line_fell_is_away(lab, visit):
    with Cable(lab.url) as cable:
        first, second = visit(lab.url), visit(cable.url)
        for page in (first, second):
            page.all_here()
            share(page)
        first.until("s.company.companions.length === 1")
        second.page.context.set_offline(True)
        cable.cut()
        first.until("s.company.companions.length === 0 && s.company.people.length === 1")
        assert "line has fallen" in first.page.get_by_label("Others in this lab").inner_text()
        second.page.context.set_offline(False)
        first.until("s.company.companions.length === 1")
        second.close()
        first.until("s.company.people.length === 0", patience_s=GONE_WITHIN_S)
        first.close()


@pytest.fixture
def headset_and_desk(lab, visit):
    headset = visit(lab.url, size=(640, 480), headset=True)
    headset.until("s.company.you")  # so that the first seat is theirs, whoever loads faster
    desk = visit(lab.url)
    for page in (headset, desk):
        page.all_here()
        share(page)
    yield headset, desk
    assert headset.errors == desk.errors == []
    headset.close()
    desk.close()


def test_the_desk_sees_the_tumour_turn_in_the_hand(headset_and_desk):
    headset, desk = headset_and_desk
    headset.enter("VR")
    take(headset)
    headset.device("headset.controllers.right.quaternion.set(0, 0.7071, 0, 0.7071)")
    headset.device("headset.controllers.right.updateButtonValue('squeeze', 0)")
    alike([headset, desk])
    held = headset.state["company"]["pose"]
    assert desk.state["company"]["pose"] == held
    assert np.abs(desk.tumour_at()).max() < 1e-9
    x, y, z, w = held[3:7]
    turned = 2 * np.arctan2(y, w)
    assert abs(turned + 0.6 - np.pi / 2) < 0.05  # as it lay, and the hand's quarter turn
    expected = [[1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)]]
    assert np.abs(desk.tumour_axes()[:1] - expected).max() < 1e-4


def test_each_sees_where_the_other_is(headset_and_desk):
    headset, desk = headset_and_desk
    before = desk.pixels()
    headset.enter("VR")
    headset.device("headset.position.set(0.1, 1.6, 0.05)")
    you = headset.state["company"]["you"]
    desk.until(f"s.others['{you}']?.head")
    # half a metre before the tumour and a quarter above it, at the desk's size of the tumour
    magnification = headset.state["magnification"]
    for _ in range(100):
        head = np.array(desk.state["others"][you]["head"]) * magnification
        if np.abs(head - [0.1, 0.25, 0.55]).max() < 0.02:
            break
        desk.page.wait_for_timeout(40)
    assert np.abs(head - [0.1, 0.25, 0.55]).max() < 0.02
    hand = np.array(desk.state["others"][you]["right"]) * magnification
    assert np.abs(hand - [0.25, 0.15, 0.1]).max() < 0.05
    assert np.abs(desk.pixels() - before).max() > 60
    seen = headset.until(f"s.others['{desk.state['company']['you']}']?.head")
    assert len(seen["others"]) == 1


def test_two_headsets_hold_one_tumour(lab, visit):
    pages = [visit(lab.url, size=(480, 360), headset=True) for _ in range(2)]
    for page in pages:
        page.all_here()
        share(page)
    first, second = pages
    first.enter("VR")
    second.enter("VR")
    # each has it before its own eyes, the second from another side
    for page in pages:
        assert np.abs(page.tumour_at() - [0, 1.35, -0.5]).max() < 0.02
    cosine = (first.tumour_axes()[0] * second.tumour_axes()[0]).sum()
    assert cosine == pytest.approx(0.5, abs=0.01)
    start = second.tumour_at()
    at = take(first)
    first.device(f"headset.controllers.right.position.set({place(at + SHIFT)})")
    first.device("headset.controllers.right.updateButtonValue('squeeze', 0)")
    alike(pages)
    second.frames(4)
    moved = second.tumour_at() - start
    assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(SHIFT), abs=0.01)
    assert moved[1] == pytest.approx(SHIFT[1], abs=0.01)
    for page in pages:
        assert page.errors == []
        page.close()


def test_pages_under_random_drops_end_in_the_same_scene(lab, visit):
    dice = random.Random(7)  # noqa: S311
    with Cable(lab.url) as first_cable, Cable(lab.url) as second_cable:
        cables = [first_cable, second_cable]
        pages = [visit(cables[0].url, size=(480, 360), headset=True), visit(cables[1].url)]
        for page in pages:
            page.all_here()
            share(page)
        pages[0].enter("VR")
        take(pages[0])
        for _ in range(60):
            wish(dice, pages)
            if dice.random() < 0.25:
                dice.choice(cables).cut()
            pages[0].page.wait_for_timeout(dice.randrange(60))
        pages[0].device("headset.controllers.left.updateAxes('thumbstick', 0, 0)")
        for page in pages:
            page.until("s.connection === 'open'")
            page.all_here()
        alike(pages)
        assert [page.state["failure"] for page in pages] == [None, None]
        for page in pages:
            page.close()


def wish(dice, pages):
    """Somebody does something."""
    match dice.randrange(6):
        case 0:
            scan, label = dice.choice(MASKS)
            page = dice.choice(pages)
            page.page.evaluate(f"location.hash = '#scan={scan}&label={label}'")
        case 1:
            pages[1].page.get_by_role(
                "button", name=dice.choice(["Cut", "Glass"]), exact=True
            ).click()
        case 2:
            pages[1].page.get_by_role("slider", name="Frame").fill(str(dice.randrange(40)))
        case 3:
            tilt = dice.choice([-1, 0, 0, 1])
            pages[0].page.evaluate(f"headset.controllers.left.updateAxes('thumbstick', {tilt}, 0)")
        case 4:
            spot = place(np.array([0.2 * dice.random(), 1.3, -0.5]))
            pages[0].page.evaluate(f"headset.controllers.right.position.set({spot})")
        case 5:
            dice.choice(pages).page.keyboard.press("r")
