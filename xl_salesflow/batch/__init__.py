"""Process many workbooks: workers, the run log, a cluster, watched folders.

The command line may import this package.

Public names, by file:

    batch_run: Batch, BatchRun, BatchSummary, begin_batch
    batch_tasks: BATCH_VERB_OPTIONS, BatchTask, parse_verb_options, TaskOutcome, TaskStatus
    folder_watch: watch_workbooks, WatchPace
    outcome_lines: BatchFigures, BatchSummaryLine, describe_outcome, OutcomeLine, TimedOutcomeLine
    run_log: read_past_run
    batch_run: RetryPolicy
    batch_tasks: digest_workbook_file, find_workbooks, FoundWorkbook
    worker_pools: ClusterPool, ProcessPool, WorkerLimits, WorkerPool
"""
