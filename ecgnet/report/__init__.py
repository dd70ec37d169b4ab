"""The printable report: the ECG at true millimetres and the reading in full, the same from the app and from the shell.

The sheet follows the recommendations for the standard display (AHA/ACC/HRS 2007, Circulation 115:1306): 25 mm/s and
10 mm/mV unless chosen otherwise, a calibration pulse before each row, and both scales in words.
"""

from ecgnet.report._flow import MARGIN, Flow, titled_flow
from ecgnet.report._letters import main_face
from ecgnet.report._page import PAGES, Page
from ecgnet.report._report import report
from ecgnet.report.what_moved import what_moved

__all__ = ["MARGIN", "PAGES", "Flow", "Page", "main_face", "report", "titled_flow", "what_moved"]
