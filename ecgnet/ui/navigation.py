"""The pages of the app in the order in which one uses them: the navigation, the keys and the tour of the Help page speak
from here."""

from __future__ import annotations

from dataclasses import dataclass

from ecgnet.language import mark, worded


@worded("title", "purpose", "needs")
@dataclass(frozen=True, slots=True)
class AppPage:
    """A page: its file in pages/ without the ending, its title and icon, the letter that opens it after g, its purpose.

    record: key of the demo record that shows it best, "" where it shows none; needs: what has to be set up before it is in
    the navigation.
    """

    file: str
    title: str
    icon: str
    letter: str
    purpose: str
    record: str = ""
    needs: str = ""

    @property
    def path(self) -> str:
        """In the address: "" for the page that opens first."""
        return "" if self is PAGES[0] else self.file


PAGES = (
    AppPage(
        "browse",
        mark("Browse"),
        "ecg",
        "b",
        mark(
            "Find an ECG and read it: on the left the list with its filters, then the measurements, the ECG on millimetre "
            "paper, and the reading, a reason for each line. The right arrow opens the next one; Print and Export "
            "pass it on."
        ),
        "demo-05",
    ),
    AppPage(
        "upload",
        mark("Upload"),
        "upload_file",
        "u",
        mark(
            "The same for your own files, of 19 families. They stay in this visit's memory and are gone with it. What "
            "a file "
            "leaves out is asked, never guessed; of a long recording you choose the 10 s."
        ),
    ),
    AppPage(
        "pacs",
        mark("Archive"),
        "inventory_2",
        "a",
        mark("Find an ECG in the hospital's archive, and read it."),
        needs=mark("where an archive is set up"),
    ),
    AppPage(
        "worklist",
        mark("Work list"),
        "checklist",
        "w",
        mark("Thousands of ECGs that ecgnet score has answered for, the most urgent first."),
        needs=mark("where there are scored ECGs"),
    ),
    AppPage(
        "monitor",
        mark("Monitor"),
        "monitor_heart",
        "o",
        mark("Whether the answers still hold, four weeks at a time."),
        needs=mark("where there are scored ECGs"),
    ),
    AppPage(
        "reader_study",
        mark("Reader study"),
        "group",
        "r",
        mark("Read cases alone, then with what ECGNet says, and see what that changed."),
        needs=mark("where there is a journal of readers"),
    ),
    AppPage(
        "validate",
        mark("Validate"),
        "fact_check",
        "v",
        mark("Whether it holds on your patients: a folder of your own ECGs against your own labels."),
    ),
    AppPage(
        "explain",
        mark("Explain"),
        "help_center",
        "e",
        mark(
            "Why a model answered so: choose a class; orange on the ECG speaks for it, blue against it. The reasons "
            "beside it "
            "say the same in words, and tests below say whether the map is to be trusted."
        ),
        "demo-05",
    ),
    AppPage(
        "compare",
        mark("Compare"),
        "compare_arrows",
        "c",
        mark(
            "Early, intermediate and late fusion on one ECG, side by side: where they differ, and what each view "
            "contributed. "
            "Then many records at once, thresholds, and what accuracy costs."
        ),
        "demo-12",
    ),
    AppPage(
        "dataset",
        mark("Data set"),
        "database",
        "d",
        mark("What PTB-XL, which the networks learnt from, is made of: whom it knows, and whom it does not."),
    ),
    AppPage(
        "models",
        mark("Models"),
        "neurology",
        "m",
        mark("Each model's card: how good it was measured to be, on whom, and what it was trained with."),
    ),
    AppPage(
        "help", mark("Help"), "help", "h", mark("This page: a tour, what the words mean, keys, how to cite.")
    ),
)
