"""What a reading is made of: states, limits, rhythm, criteria, statements, lines, conclusion. `ecgnet.judge` joins
them."""
