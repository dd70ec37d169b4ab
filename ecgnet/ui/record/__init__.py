"""One ECG on screen, whatever page shows it: the sheet, its measurements, the models' answers, the printed page."""
