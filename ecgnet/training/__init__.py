"""Training on PTB-XL's official folds; used from the command line only."""
