"""Work in threads: in order, bounded, and what is the whole process's is left as it was."""

from __future__ import annotations

import os
import threading
import warnings

import cv2
import numpy as np
import pytest
from PIL import Image
from threadpoolctl import threadpool_info

from parasam_core.capture.images import Images
from parasam_core.capture.parallel import in_order, one_thread_each
from parasam_core.errors import CaptureError


def test_results_come_in_the_order_of_the_items():
    assert list(in_order(lambda n: n * n, range(50))) == [n * n for n in range(50)]


def test_items_are_taken_only_as_they_are_needed():
    taken = []
    results = in_order(lambda n: n, (taken.append(n) or n for n in range(1000)))
    next(results)
    assert len(taken) <= 4 * (os.cpu_count() or 1)
    results.close()


def test_what_fails_is_raised_in_its_turn():
    results = in_order(lambda n: 1 // (3 - n), range(6))
    assert [next(results) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def packed_tiffs(folder):
    rng = np.random.default_rng(0)
    paths = []
    for n in range(12):
        paths.append(folder / f"{n}.tif")
        Image.fromarray(rng.integers(0, 255, (60, 80), np.uint8)).save(
            paths[-1], compression="tiff_lzw"
        )
    return paths


def test_many_images_at_once_leave_filters_and_stderr_as_they_were(tmp_path):
    paths = packed_tiffs(tmp_path)
    paths[7].write_bytes(paths[7].read_bytes()[:600])
    before, stderr = list(warnings.filters), os.fstat(2)
    threads = [threading.Thread(target=_read_all, args=(paths,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before
    assert os.path.samestat(os.fstat(2), stderr)


def _read_all(paths):
    with pytest.raises(CaptureError):
        list(Images(tuple(paths)).pictures(range(len(paths))))


def blas_threads():
    return [p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"]


def test_libraries_add_no_threads_and_get_theirs_back():
    before = cv2.getNumThreads(), blas_threads()
    assert before[1]
    with one_thread_each():
        assert (cv2.getNumThreads(), set(blas_threads())) == (1, {1})
    assert (cv2.getNumThreads(), blas_threads()) == before
