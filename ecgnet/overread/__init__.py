"""What readers (people) say of ECGs: who they are, what they signed, what they opened and sent, kept so that it cannot be
changed unseen.

    store = database.database()                     where ECGNET_DB says; None where it is not set
    with store.writing() as connection:
        chain.append(connection, reader=..., kind="signed", subject=record.signal_hash(ecg), payload={...})
    with store.reading() as connection:
        chain.verify(connection)

`ecgnet.readers` reads files; this package is about people. It needs `pip install 'ecgnet[hospital]'`, the rest of ECGNet
does not.
"""
