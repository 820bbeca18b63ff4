"""A library → one page for people and one table for programs.

contents.py   what a report says, before it is drawn
collect.py    a library → contents; one_scan.py one scan of it, others.py volumes from elsewhere
growth.py     one exponential through a subject's volumes
pictures.py   cuts and sections to scale; shaded.py the surface; charts.py curves
page.py       contents → HTML that needs nothing else
"""

from __future__ import annotations

from parasam_core.report.collect import collect
from parasam_core.report.others import Others
from parasam_core.report.write import check_report_target, write_report

__all__ = ["Others", "check_report_target", "collect", "write_report"]
