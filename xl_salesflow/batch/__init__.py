"""Many workbooks, unattended: each on its own, nothing lost, nothing done twice.

    books       which files are meant by paths, folders and patterns
    task        what is to be done to one workbook, and what came of it: plain values, the same for every kind of worker
    verbs       which verbs a batch knows;  jobs   what each does to one workbook
    work        the function that workers run
    processes   workers on this machine;  cluster   workers of a Dask cluster
    turns       the loop: who works on what, what is tried again, what is given up
    ledger      the run journal: what was begun and what is done, on the disk before and after
    run         a batch from its paths to its summary
    watch       the same for a folder in which people save

Help and worker processes come this way, so nothing here is imported before it is needed.
"""
