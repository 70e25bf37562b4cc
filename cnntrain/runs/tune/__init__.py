"""Search for the options that train best: `cnntrain tune`.

Optuna proposes values and keeps the results; an executor with the interface of `concurrent.futures`
trains, here or on other machines. A trial is one job, which needs nothing but what it is handed, so
that it gives the same bytes wherever and however often it is done.

What limits many workers: a job is 1.4 kB, and 113 bytes more for each earlier trial of 10 epochs,
by which pruning goes; a result is 0.3 kB. To propose a trial and enter its result takes 0.09 s of
one core, mostly SQLite's and Optuna's, so that one program keeps 1,000 workers busy if a trial takes
90 s or more. For shorter ones, several programs share a study in a database server (`--storage`).
"""
