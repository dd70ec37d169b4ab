"""Writers, one a format: `write(signal (12, T) in mV, fs, **facts) -> bytes` and `STEP`, mV of a quantisation step."""
