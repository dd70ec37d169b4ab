"""The Data set page: what PTB-XL is made of."""
