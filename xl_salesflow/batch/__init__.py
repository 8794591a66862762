"""Process many workbooks: workers, the run log, a cluster, watched folders.

The command line may import this package.

Public names, by file:

    batch_run: Batch, BatchRun, BatchSummary, begin_batch, RetryPolicy
    batch_tasks: BATCH_VERB_OPTIONS, BatchTask, describe_outcome, digest_workbook_file, find_workbooks, FoundWorkbook,
        parse_verb_options, TaskOutcome, TaskStatus
    collect_files: TeamCollection
    folder_watch: FileStamp, make_change_waiter, watch_workbooks, WatchedFolder, WatchPace
    outcome_lines: BatchFigures, BatchSummaryLine, JOB_COUNTS, SUMMARY_COUNTS, TimedOutcomeLine
    run_log: read_past_run
    share_files: TeamShare
    share_messages: SHARE_MESSAGES
    worker_pools: ClusterPool, ProcessPool, WorkerLimits, WorkerPool
"""
