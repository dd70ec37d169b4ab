"""German and Swedish reports of ECGs put into English, word by word, from a dictionary of ECG terms kept here: nothing is
asked of another machine, and nothing is guessed.

    translated = translate("sinusrhythmus, inferiorer infarkt möglich")
    translated.text        "Sinus rhythm, inferior infarction possible"

A word that is not in the dictionary stays as it is, and is marked. Most of PTB-XL's reports are in German, some in English
or Swedish (Wagner et al. 2020, Scientific Data 7:154). The dictionary is `terms.csv`: term, english, language (de, sv, any),
kind (adjective: with its endings).
"""

from ecgnet.translation.reports import TranslatedPart, Translation, translate

__all__ = ["TranslatedPart", "Translation", "translate"]
