"""Viser, served in a process of its own: `viser_server.py PORT`, a mesh's file a line on stdin.

Answers each line with the time at which the mesh was handed over. Runs with the packages of the
folder `.peers` alone, whose versions are not ours; knows nothing of ParaSAM.
"""

import sys
import time

import numpy as np
import viser

server = viser.ViserServer(host="127.0.0.1", port=int(sys.argv[1]), verbose=False)
print("serving", flush=True)
for count, line in enumerate(sys.stdin):
    mesh = np.load(line.strip())
    started = time.time()
    server.scene.add_mesh_simple(f"/mesh/{count}", mesh["points"], mesh["faces"])
    print(started, flush=True)
