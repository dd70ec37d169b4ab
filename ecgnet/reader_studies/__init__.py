"""Reader studies: people read ECGs first alone, then with what ECGNet says of them, and it is counted what that changed.

statistics: what is counted, on arrays.
"""
