"""The maker's module for holograms: given by who starts the lab, or asked for in a sentence."""

import pytest
from starlette.testclient import TestClient

from parasam_core.errors import UsageError
from xr_server.app import create_app
from xr_server.library import Library
from xr_server.looking_glass import checked_module

MODULE = "class LookingGlassWebXRPolyfill {}\nconst LookingGlassConfig = {};\nexport {};\n"


@pytest.fixture
def module(tmp_path):
    path = tmp_path / "webxr.js"
    path.write_text(MODULE, "utf-8")
    return path


def test_it_is_given_as_it_is_on_disk(library_folder, module):
    app = create_app(Library(library_folder), looking_glass_module=checked_module(module))
    with TestClient(app, base_url="http://127.0.0.1") as web:
        answer = web.get("/looking-glass.js")
    assert answer.text == MODULE
    assert answer.headers["content-type"].startswith("text/javascript")


def test_without_one_the_answer_says_how_to_give_one(library_folder):
    with TestClient(create_app(Library(library_folder)), base_url="http://127.0.0.1") as web:
        answer = web.get("/looking-glass.js")
    assert answer.status_code == 404
    assert "--looking-glass FILE" in answer.json()["error"]


def test_what_is_no_such_module_is_refused_before_the_lab_starts(tmp_path):
    with pytest.raises(UsageError, match="expected a file for --looking-glass"):
        checked_module(tmp_path / "none.js")
    other = tmp_path / "other.js"
    other.write_text("export const LookingGlassConfig = {};", "utf-8")
    with pytest.raises(UsageError, match="does not speak of LookingGlassWebXRPolyfill"):
        checked_module(other)
