"""Help: what each page is for, what the words mean, keys, how to cite."""

import streamlit as st

from ecgnet.language import say
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.help import citing, definitions, key_list, tour

ensure_framed()
st.markdown(say("# Help"))
tour.tour()
definitions.definitions()
key_list.key_list()
citing.citing()
