"""Does it still hold? Rolling statistics over a folder that `ecgnet score` goes on writing (docs/validation.md).

    found = monitor("answers/", reference="first")
    found.alarms                 what to look at, in words
    found.periods                four weeks each: answers, unfamiliarity, quality, agreement with labels
    in_words(found), as_json(found)

`watched` reads the tables, `periods` parts them by the day of the recording, `stability` compares distributions, `alarms`
says what is beyond chance and large. Without labels an alarm says look, never that answers are worse. Nothing leaves the
machine.
"""

from ecgnet.monitoring.in_words import in_words
from ecgnet.monitoring.result import Monitoring, as_json
from ecgnet.monitoring.run import monitor

__all__ = ["Monitoring", "as_json", "in_words", "monitor"]
