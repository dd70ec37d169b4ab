"""How to cite ECGNet and what it stands on; `CITATION.cff` says the same to programs."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ecgnet import __version__
from ecgnet.language import mark, say, worded
from ecgnet.models import DEFAULT, REGISTRY


@worded("cited_for")
@dataclass(frozen=True, slots=True)
class Reference:
    """What is cited, for what, and its doi, "" where it has none."""

    cited_for: str
    authors: str
    year: int
    title: str
    where: str
    doi: str = ""

    def __str__(self) -> str:
        link = f" [doi.org/{self.doi}](https://doi.org/{self.doi})" if self.doi else ""
        return f"{self.authors} ({self.year}). {self.title}. {self.where}.{link}"


REFERENCES = (
    Reference(
        mark("The data set, as its authors ask"),
        "Wagner, P., Strodthoff, N., Bousseljot, R., Samek, W., & Schaeffter, T.",
        2022,
        "PTB-XL, a large publicly available electrocardiography dataset (version 1.0.3)",
        "PhysioNet",
        "10.13026/kfzx-aw45",
    ),
    Reference(
        mark("The article about it"),
        "Wagner, P., Strodthoff, N., Bousseljot, R.-D., Kreiseler, D., Lunze, F. I., Samek, W., & Schaeffter, T.",
        2020,
        "PTB-XL, a large publicly available electrocardiography dataset",
        "Scientific Data, 7, 154",
        "10.1038/s41597-020-0495-6",
    ),
    Reference(
        mark("PhysioNet, where the data set lies"),
        "Goldberger, A., Amaral, L., Glass, L., Hausdorff, J., Ivanov, P. C., Mark, R., ... & Stanley, H. E.",
        2000,
        "PhysioBank, PhysioToolkit, and PhysioNet: Components of a new research resource for complex physiologic signals",
        "Circulation [Online], 101 (23), pp. e215–e220",
    ),
    Reference(
        mark("The benchmark whose tasks and folds the models are measured on"),
        "Strodthoff, N., Wagner, P., Schaeffter, T., & Samek, W.",
        2021,
        "Deep learning for ECG analysis: Benchmarks and insights from PTB-XL",
        "IEEE Journal of Biomedical and Health Informatics, 25 (5), pp. 1519–1528",
        "10.1109/JBHI.2020.3022989",
    ),
)


def citing() -> None:
    """The references, and what else a paper has to say."""
    st.markdown(say("## How to cite"))
    with st.container(key="citing", width=1088):
        st.markdown(
            say(
                "**ECGNet**: The ECGNet authors. ECGNet (version {version}) [software]. Apache License 2.0. Say which model "
                "answered, too (the default is {title}); the Models page has the stamp of its weights.",
                version=__version__,
                title=REGISTRY[DEFAULT].title,
            )
        )
        for one in REFERENCES:
            st.markdown(f"**{one.cited_for}**: {one}")
        st.markdown(
            say(
                "PTB-XL is under the Creative Commons Attribution 4.0 licence. The other sources (criteria, limits, "
                "methods) stand where they are used: behind the lines of the reading, and in `docs/`."
            )
        )
