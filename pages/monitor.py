"""Monitor: does it still hold, four weeks at a time, on the ECGs that `ecgnet score` answered for."""

import streamlit as st

from ecgnet.archive.errors import ArchiveError
from ecgnet.language import say
from ecgnet.ui.escape import plain
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.monitor import inputs, on_page, watching
from ecgnet.ui.worklist import scored_folder
from ecgnet.validation import ValidationError

HOW_TO_GET = say(
    "No scored ECGs are open here: `ecgnet score FOLDER --out answers`, then `ecgnet run --scored answers`."
)

ensure_framed()
st.markdown(say("# Does it still hold?"))
if folder := scored_folder():
    asked = inputs.inputs()
    try:
        on_page.show(watching.watched(folder, asked.reference, csv=asked.csv))
    except (ArchiveError, ValidationError) as error:
        st.error(plain(str(error), 2000), icon=":material/error:")
else:
    st.info(HOW_TO_GET, icon=":material/monitor_heart:")
