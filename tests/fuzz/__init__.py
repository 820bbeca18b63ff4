"""Damaged files through the real way in: `python -m tests.fuzz --minutes 60 --seed 1`.

seeds.py    a small valid file of every kind
damage.py   what is done to one
child.py    a process that imports one damaged file after the other
watch.py    what must not happen, and the loop over kinds
"""
