"""Make it hold here: a hospital's labels → a site profile (docs/validation.md).

`steps` fits one transform of the answers (nothing, an offset a class, its slope, a head on the statements), shrunk towards
the networks as shipped; `choice` takes the least step that cross-validation cannot improve on; `adapt` judges the whole
procedure on records that it never saw, refits limits and sets, and refuses what is too little.
"""

from ecgnet.adaptation.adapt import Adaptation, adapt
from ecgnet.adaptation.errors import AdaptationError

__all__ = ["Adaptation", "AdaptationError", "adapt"]
