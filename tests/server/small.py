"""Small scans, and a real server for them."""

import contextlib
import threading
import time

import numpy as np

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.sequence import Sequence
from parasam_core.space import Space
from xr_server.serve import listening, server_of

SHAPE = (12, 30, 41)  # a width that is no multiple of 8: the mask's bits run on over the rows
SPACING = (0.2, 0.1, 0.1)


def sequence_of(timepoint, shape=SHAPE, seed=0):
    space = Space(shape, SPACING)
    frames = np.random.default_rng(seed).integers(0, 255, shape, dtype=np.uint8)
    made = Provenance("noise", made_by=signed("import"), details={"spacing_source": "user"})
    area = (0, 0, shape[2], shape[1])
    return Sequence(frames, space, "M1", timepoint, shape[1:], area, made)


def ball(sequence, radius_mm=1.0):
    space = sequence.space
    points = space.mm_from_index(np.moveaxis(np.indices(space.shape), 0, -1))
    centre = space.mm_from_index((np.asarray(space.shape) - 1) / 2)
    inside = np.linalg.norm(points - centre, axis=-1) < radius_mm
    return MaskStack(inside, space, Provenance("ball", made_by=signed("import")))


@contextlib.contextmanager
def served(app, port=0, host="127.0.0.1", **options):
    """The app on a real port; gives that."""
    taken = listening(host, port)
    server = server_of(app, **options)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        yield taken.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
