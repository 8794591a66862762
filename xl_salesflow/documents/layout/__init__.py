"""What each kind of paper shows, said once; the shipped templates of every format are made from it.

python -m xl_salesflow.documents.layout
"""
