import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.server.small import SHAPE
from xr_server.coarse import LONGEST_SIDE, MOST_BYTES, block_means, coarse_of, step_for
from xr_server.scene import scene_of

sides = st.integers(1, 9)
shapes = st.tuples(sides, sides, sides)


def mean_at(frames, first, step, sample):
    """The mean of the voxels around a sample's centre, the scan's last ones beyond its end."""
    axes = []
    for k, start, voxels, count in zip(sample, first, step, frames.shape, strict=True):
        centre = start + k * voxels
        reach = np.arange(voxels) - (voxels - 1) / 2
        axes.append(np.minimum((centre + reach).astype(int), count - 1))
    return frames[np.ix_(*axes)].mean()


@given(shapes, shapes, st.integers(0, 99))
def test_every_sample_is_the_mean_of_what_lies_around_it(shape, step, seed):
    frames = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    made = block_means(frames, step)
    first = [(voxels - 1) / 2 for voxels in step]
    for sample in itertools.product(*map(range, made.shape)):
        assert abs(made[sample] - mean_at(frames, first, step, sample)) <= 0.5


def test_large_blocks_of_white_stay_white():
    assert (block_means(np.full((9, 17, 40), 255, np.uint8), (9, 17, 40)) == 255).all()


large = st.integers(1, 3000)
spacings = st.floats(0.01, 1)


@given(st.tuples(large, large, large), st.tuples(spacings, spacings, spacings))
def test_it_is_small_and_no_side_too_long(shape, spacing_mm):
    step = step_for(shape, spacing_mm)
    samples = [-(-n // voxels) for n, voxels in zip(shape, step, strict=True)]
    assert max(samples) <= LONGEST_SIDE
    assert np.prod(samples) <= max(1, min(MOST_BYTES, np.prod(shape) // 8))


def test_blocks_of_a_sweep_are_near_to_cubes():
    assert step_for((262, 256, 403), (0.076, 0.0352, 0.0352)) == (2, 4, 4)


def test_the_header_says_where_samples_lie(library):
    scene = scene_of(library.scan("M1_d0"), "a", "content")
    item = coarse_of(scene)
    header, payload = item.message, item.payload()
    assert len(payload) == item.payload_bytes == header.payload_bytes <= np.prod(SHAPE) // 8
    samples = np.frombuffer(payload, np.uint8).reshape(header.shape)
    expected = mean_at(scene.sequence.frames, header.first, header.step, (1, 2, 3))
    assert abs(samples[1, 2, 3] - expected) <= 0.5
