"""What hospitals exchange with ECGNet: ECGs out of their archive, results back into it, as DICOM and as FHIR R4.

Facts come from a `judge.Reading`; every code that is sent stands in `codes.json`, with its source. A result is preliminary
until a reader's `Signature` comes with it. docs/hospital.md says how it is set up.
"""
