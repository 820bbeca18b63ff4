"""How well people, models and instruments agree about a tumour. Knows nothing about drawing one.

overlap.py       Dice, IoU
edges.py         HD95, ASSD, NSD in mm
"""
