"""The generated pipeline of `salesflow demo`.

The command line and the self-test of the add-in may import this package.

Public names, by file:

    demo_pipeline: generate_pipeline
    demo_workbook: write_demo
"""
