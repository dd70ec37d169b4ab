"""Data set: what PTB-XL is made of, from its catalogue alone."""

import streamlit as st

from ecgnet.language import say
from ecgnet.ui import library
from ecgnet.ui.dataset.make_up import make_up
from ecgnet.ui.dataset.statement_counts import statement_counts
from ecgnet.ui.frame import ensure_framed

HOW_TO_GET = say("""
# PTB-XL is not here

21,799 clinical 12-lead ECGs of 10 s from 18,869 patients, with the labels of cardiologists, free to download (CC BY
4.0): [physionet.org/content/ptb-xl/1.0.3](https://physionet.org/content/ptb-xl/1.0.3/). ECGNet's networks were trained
on it. With it, this page shows its make-up, and Browse opens, filters and compares its records.

```
wget -r -N -c -np https://physionet.org/files/ptb-xl/1.0.3/
export ECGNET_PTBXL=$PWD/physionet.org/files/ptb-xl/1.0.3
ecgnet prepare
ecgnet run
```

`records100/` (100 Hz, 0.6 GB) is enough; with `records500/` (2.7 GB) the records are drawn at 500 Hz. A folder
`data/ptbxl` below the one that ECGNet is started in is found without `ECGNET_PTBXL`. `ecgnet prepare` reads the
records once and lets the models answer for all of them.
""")

ensure_framed()
faults = library.sources()
if faults.get(library.PTBXL, "absent") is None:
    catalogue = library.table(library.PTBXL)
    make_up(catalogue)
    statement_counts(catalogue)
    st.caption(
        say(
            "Source: Wagner et al. 2020, PTB-XL, Scientific Data 7:154, doi 10.13026/kfzx-aw45, CC BY 4.0. Ages above "
            "89 are "
            "stored as unknown."
        )
    )
else:  # no st.stop() here: it would take the notice at the foot of the page along
    if faults.get(library.PTBXL):
        st.warning(faults[library.PTBXL], icon=":material/folder_off:")
    st.markdown(HOW_TO_GET)
