"""A reading as a FHIR R4 transaction: made, checked and posted."""

from ecgnet.interop.fhir.bundle import bundle
from ecgnet.interop.fhir.checks import FaultyBundle, check
from ecgnet.interop.fhir.server import post

__all__ = ["FaultyBundle", "bundle", "check", "post"]
