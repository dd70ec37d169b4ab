"""Reader studies: people read ECGs alone, then with what ECGNet says of them, and it is counted what that changed.

    study = making.from_ptbxl(catalogue, id="pilot", title="Pilot", count=30, seed=1)
    journal.define(store, study, reader=reader)      then the page Reader study, for each reader
    with store.reading() as connection:
        found = results(tabulate(study, journal.reads(connection, study)))

study: the definition, and what is drawn by lot; making: of records or files; journal: its reads, in the journal of readers
(`ecgnet.overread`); table: these as arrays; results: what is found; files: for other programs; statistics: what is
counted, on arrays.
"""
