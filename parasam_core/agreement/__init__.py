"""How well people, models and instruments agree about a tumour. Knows nothing about drawing one.

overlap.py       Dice, IoU
edges.py         HD95, ASSD, NSD in mm
kappa.py         Cohen's and Fleiss', from counts
icc.py           ICC(2,1) and ICC(3,1) of volumes, with intervals
bland_altman.py  bias and limits of agreement
cells.py         a table's letters and numbers
columns.py       what a table's columns hold
external.py      a table of volumes that others measured
cases.py         which masks are of the same tumour, and whose
grids.py         the grid that they are compared on
joining.py       which of others' volumes are of it
pairs.py         two masks, compared in every way
over_cases.py    volumes over all cases
agree.py         all of it
agreed.py        what was found
picture.py       limits of agreement, drawn
files.py         all of it in a folder
"""

from parasam_core.agreement.agree import agree
from parasam_core.agreement.agreed import Agreed
from parasam_core.agreement.cases import cases_of
from parasam_core.agreement.external import ExternalTable, read_volumes

__all__ = ["Agreed", "ExternalTable", "agree", "cases_of", "read_volumes"]
