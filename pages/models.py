"""Models: the cards of the shipped weights."""

import streamlit as st

from ecgnet.folders import RESTORE
from ecgnet.language import say
from ecgnet.models import DEFAULT, REGISTRY
from ecgnet.ui.frame import ensure_framed
from ecgnet.ui.models.card import show_card
from ecgnet.ui.models.fence import show_fence
from ecgnet.ui.models.overview import overview
from ecgnet.weights import WeightsError, read_card

ensure_framed()

st.markdown(say("# Models and what they were measured to do"))
cards, faults = {}, []
for name in REGISTRY:
    try:
        card = read_card(name)
        if card.test is None:
            raise WeightsError(
                say(
                    "{name}.json has no metrics on fold 10; run ecgnet weights measure.",
                    name=name,
                )
            )
        cards[name] = card, card.test
    except WeightsError as error:
        faults.append(str(error))
for fault in faults:
    st.warning(fault, icon=":material/warning:")
if not cards:
    raise WeightsError(say("weights/ holds no model; {restore}.", restore=say(RESTORE)))

overview(cards)
name = st.selectbox(
    say("Card"),
    list(cards),
    format_func=lambda n: say(cards[n][0].title),
    index=list(cards).index(DEFAULT) if DEFAULT in cards else 0,
)
show_card(*cards[name])
show_fence()
