"""Many ECGs answered and kept: `ecgnet score IN... --out DIR` (docs/archive.md).

    DIR/ecgs/part-*.parquet       a row an ECG: what `columns.columns_of` lists
    DIR/refusals/part-*.parquet   a row a file, or ECG in a file, that has no answer, with kind and reason
    DIR/index/part-*.arrow        what the work list is ordered and filtered by: `index.SCHEMA`
    DIR/run.json                  what was asked for and by which weights: another call is refused this folder

`sources` lists what is scored, `parts` cuts it into parts that stay the same from call to call, `scorer` answers for one
part, an engine for all of them, here or on other machines, and `run.score` writes each part whole or not at all. Who reads
the tables (`dataset.open_ecgs`, `dataset.open_refusals`) needs no torch.
"""
