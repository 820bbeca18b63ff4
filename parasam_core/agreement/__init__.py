"""How well people, models and instruments agree about a tumour. Knows nothing about drawing one.

overlap.py       Dice, IoU
edges.py         HD95, ASSD, NSD in mm
kappa.py         Cohen's and Fleiss', from counts
icc.py           ICC(2,1) and ICC(3,1) of volumes, with intervals
bland_altman.py  bias and limits of agreement
"""
