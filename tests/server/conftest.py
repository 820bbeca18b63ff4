"""A library of two small scans, a built page, and the lab that serves them."""

import numpy as np
import pytest

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from tests.server.small import SHAPE, ball, sequence_of, served
from xr_server.app import create_app
from xr_server.library import Library


@pytest.fixture
def library_folder(tmp_path):
    """`M1_d0` with labels `a` (a ball) and `empty`; `M1_d6` without any."""
    first = sequence_of("d0")
    scan = write_scan(tmp_path / "library" / "M1_d0.zarr", first)
    scan.write_mask("a", ball(first))
    nothing = MaskStack(np.zeros(SHAPE, np.bool_), first.space, Provenance("nothing"))
    scan.write_mask("empty", nothing)
    write_scan(tmp_path / "library" / "M1_d6.zarr", sequence_of("d6", seed=1))
    return tmp_path / "library"


@pytest.fixture
def library(library_folder):
    return Library(library_folder)


@pytest.fixture
def page_folder(tmp_path):
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>ParaSAM</title>")
    (folder / "assets" / "main-1a2b3c.js").write_text("export {}")
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def port(library, page_folder):
    with served(create_app(library, page_folder)) as port:
        yield port
