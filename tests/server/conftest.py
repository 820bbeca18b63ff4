"""A library of two small scans, a built page, and the lab that serves them."""

import shutil

import numpy as np
import pytest

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from tests.server.small import SHAPE, ball, sequence_of, served
from xr_server.app import create_app
from xr_server.library import Library


@pytest.fixture(scope="session")
def written_once(tmp_path_factory):
    """`M1_d0` with labels `a` (a ball) and `empty`; `M1_d6` without any. Not to be changed."""
    folder = tmp_path_factory.mktemp("lab") / "library"
    first = sequence_of("d0")
    scan = write_scan(folder / "M1_d0.zarr", first)
    scan.write_mask("a", ball(first))
    nothing = MaskStack(np.zeros(SHAPE, np.bool_), first.space, Provenance("nothing"))
    scan.write_mask("empty", nothing)
    write_scan(folder / "M1_d6.zarr", sequence_of("d6", seed=1))
    return folder


@pytest.fixture
def library_folder(written_once, tmp_path):
    """A copy of it that a test may change."""
    return shutil.copytree(written_once, tmp_path / "library")


@pytest.fixture
def library(library_folder):
    return Library(library_folder)


@pytest.fixture(scope="session")
def page_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>ParaSAM</title>")
    (folder / "assets" / "main-1a2b3c.js").write_text("export {}")
    (folder.parent / "secret.txt").write_text("secret")
    return folder


@pytest.fixture(scope="session")
def port(written_once, page_folder):
    """Where a lab of that library is served."""
    with served(create_app(Library(written_once), page_folder)) as port:
        yield port
