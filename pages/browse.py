"""Browse: find a record and read it."""

import streamlit as st

from ecgnet.language import say
from ecgnet.ui import download, library, selection
from ecgnet.ui.browse import bar, finder, patient
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.overread import reader_part
from ecgnet.ui.record import cautions, neighbours, views
from ecgnet.ui.record.head import about
from ecgnet.ui.record.printing import paper_out
from ecgnet.ui.record.sending import results_out
from ecgnet.ui.waiting import settle

ensure_framed()
st.set_page_config(initial_sidebar_state=finder.WIDTH)

for fault in filter(None, library.sources().values()):
    st.warning(say("{fault} The demo library is open meanwhile.", fault=fault), icon=":material/folder_off:")
finder.keep_link()
with bar.drawer():
    download.offer()
source, key = selection.current()
shown, beside = bar.open_record()
with beside:
    printer, exporter = st.container(width="content"), st.container(width="content")
about(shown)
above = views.three_views(shown)
settle(shown.key)
found = cautions.show_reading(shown, above)
with printer:
    paper_out(shown, found)
with exporter:
    results_out(shown, found)
reader_part(shown, found)
patient.history(source, key)
if found and shown.record.complete:
    neighbours.alike(shown, source, key=key)
