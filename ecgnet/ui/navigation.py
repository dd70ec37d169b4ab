"""The pages of the app in the order in which one uses them: the navigation, the keys and the tour of the Help page speak
from here."""

from __future__ import annotations

from dataclasses import dataclass


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
        "Browse",
        "ecg",
        "b",
        "Find an ECG and read it: on the left the list with its filters, then the measurements, the ECG on millimetre "
        "paper, and the reading, a reason for each line. The right arrow opens the next one; Print and Export pass it on.",
        "demo-05",
    ),
    AppPage(
        "upload",
        "Upload",
        "upload_file",
        "u",
        "The same for your own files, of 19 families. They stay in this visit's memory and are gone with it. What a file "
        "leaves out is asked, never guessed; of a long recording you choose the 10 s.",
    ),
    AppPage(
        "pacs",
        "Archive",
        "inventory_2",
        "a",
        "Find an ECG in the hospital's archive, and read it.",
        needs="where an archive is set up",
    ),
    AppPage(
        "worklist",
        "Work list",
        "checklist",
        "w",
        "Thousands of ECGs that ecgnet score has answered for, the most urgent first.",
        needs="where there are scored ECGs",
    ),
    AppPage(
        "monitor",
        "Monitor",
        "monitor_heart",
        "o",
        "Whether the answers still hold, four weeks at a time.",
        needs="where there are scored ECGs",
    ),
    AppPage(
        "reader_study",
        "Reader study",
        "group",
        "r",
        "Read cases alone, then with what ECGNet says, and see what that changed.",
        needs="where there is a journal of readers",
    ),
    AppPage(
        "validate",
        "Validate",
        "fact_check",
        "v",
        "Whether it holds on your patients: a folder of your own ECGs against your own labels.",
    ),
    AppPage(
        "explain",
        "Explain",
        "help_center",
        "e",
        "Why a model answered so: choose a class; orange on the ECG speaks for it, blue against it. The reasons beside it "
        "say the same in words, and tests below say whether the map is to be trusted.",
        "demo-05",
    ),
    AppPage(
        "compare",
        "Compare",
        "compare_arrows",
        "c",
        "Early, intermediate and late fusion on one ECG, side by side: where they differ, and what each view contributed. "
        "Then many records at once, thresholds, and what accuracy costs.",
        "demo-12",
    ),
    AppPage(
        "dataset",
        "Data set",
        "database",
        "d",
        "What PTB-XL, which the networks learnt from, is made of: whom it knows, and whom it does not.",
    ),
    AppPage(
        "models",
        "Models",
        "neurology",
        "m",
        "Each model's card: how good it was measured to be, on whom, and what it was trained with.",
    ),
    AppPage("help", "Help", "help", "h", "This page: a tour, what the words mean, keys, how to cite."),
)
