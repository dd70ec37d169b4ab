"""Upload: read files that stay with this visit."""

import hashlib
from dataclasses import replace

import streamlit as st

from ecgnet.readers import read_together
from ecgnet.record import LEADS, Metadata
from ecgnet.ui import library, selection, views
from ecgnet.ui.frame import ensure_framed

ensure_framed()

READABLE = """
| what ECGNet reads | needs |
|---|---|
| WFDB | the `.hea` and its `.dat`, `.mat` or FLAC file, dropped together |
| CSV, TSV, semicolon text | a header row of lead names, a time column or a rate; best with the unit: `V1 (mV)` |
| DICOM 12-lead waveform | one `.dcm` file |

Leads may come in any order and spelling. Limb leads that are missing are derived from two of I, II and III, and the
record says so, as it does of everything assumed. A missing rate or missing lead names are asked for.
"""

st.markdown("#### Upload an ECG")
left, right = st.columns([2, 1], gap="large")
files = left.file_uploader(
    "One or more 12-lead ECG files",
    accept_multiple_files=True,
    max_upload_size=50,
    key="files",
)
left.caption(
    "Each file is read on its own: one that cannot be read says why, the others are shown. Files stay in memory, are "
    "seen in this visit only, and are gone when it ends."
)
with right.expander("What the file leaves out", expanded=not library.uploads()):
    fs = st.number_input(
        "Sampling rate (Hz)",
        min_value=0.0,
        value=None,
        placeholder="from the file",
        help="Samples a second and lead.",
    )
    unit = st.selectbox("Unit", ["mV", "uV", "V"], index=None, placeholder="from the file")
    leads = st.text_input(
        "Lead names in order", placeholder="from the file", help=f"For example {', '.join(LEADS)}"
    )
    age = st.number_input("Age (years)", 0, 130, value=None, placeholder="from the file, or unknown")
    sex = st.selectbox("Sex", ["female", "male"], index=None, placeholder="from the file, or unknown")

if files:
    given = {file.name: file.getvalue() for file in files}
    names = tuple(part.strip() for part in leads.split(",") if part.strip()) or None
    digest = hashlib.sha256(b"".join(given.values())).hexdigest()[:12]
    asked = digest, tuple(given), fs, unit, names
    if st.session_state.get("read_for") != asked:  # not again at every click
        with st.spinner(f"Reading {len(given)} files…"):
            st.session_state["read"] = read_together(given, fs=fs or None, unit=unit, leads=names)
        st.session_state["read_for"] = asked
    found = st.session_state["read"]
    kept = library.uploads()
    kept.clear()
    for answer in found:
        if answer.record is None:
            left.error(answer.error, icon=":material/error:")
            continue
        told = {k: v for k, v in {"age": age, "sex": sex}.items() if v is not None}
        record = answer.record.with_metadata(replace(answer.record.metadata or Metadata(), **told))
        kept[answer.file] = library.Shown(
            record,
            answer.file,
            f"{answer.format}, uploaded in this visit",
            None,
            "",
            f"upload/{digest}/{answer.file}",
        )
        extra = [w for w in answer.warnings if w not in record.notes]
        for warning in extra:
            left.warning(f"{answer.file}: {warning}", icon=":material/warning:")
elif library.uploads() and st.button("Forget the uploads"):
    library.uploads().clear()

kept = library.uploads()
if kept:
    names = list(kept)
    source, key = selection.current()
    place = names.index(key) if source == library.UPLOADS and key in names else 0
    chosen = names[0]
    if len(names) > 1:
        chosen = st.selectbox("Record", names, place)
    selection.select(library.UPLOADS, chosen)
    shown = selection.shown()
    views.head(shown)
    views.three_views(shown)
    views.answers(shown)
else:
    left.markdown(READABLE)
