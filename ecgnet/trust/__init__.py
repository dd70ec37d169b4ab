"""How far an answer may be relied on: sets with a guarantee, abstention, familiarity, fewer leads, disturbances.

    prediction = Predictor(DEFAULT).predict([record])[0]
    trust = judge_trust(prediction, record, read_card(DEFAULT))
    trust.sets["MI"]      "present", "absent" or "uncertain" (read it yourself)
    trust.familiar        whether the ECG is like those that the model learnt from; None where that was not measured
    trust.sentences       all of it in words, the gravest first

`judge_trust` costs milliseconds, never raises for statistics that are missing or of other weights, and says so instead.
`guarantee(card, "MI")` puts into words what holds for a class. `fewer_leads.predict_from_leads(record, predictor)` answers
for a record that lacks leads; `judge_trust` then takes the statistics of that lead set. All statistics come from
`ecgnet study trust`: fitted on fold 9, measured on fold 10, kept in the cards under "trust" and in weights/familiarity.npz.
"""

from ecgnet.trust.conformal import Answer, Sets
from ecgnet.trust.judgement import Trust, guarantee, judge_trust

__all__ = ["Answer", "Sets", "Trust", "guarantee", "judge_trust"]
