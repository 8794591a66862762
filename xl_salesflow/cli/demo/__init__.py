"""The made-up pipeline of `salesflow demo`.

The terminal and the self-test of the add-in may enter.

Public names, by file:

    demo_pipeline: generate_pipeline
    demo_workbook: write_demo
"""
