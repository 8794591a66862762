"""Structure-aware fuzzers, one file for each kind of input; `python -m benchmarks.fuzz_runs` runs them.

A target makes one input from a seed, gives it to the product as a user would, and returns what came of it: an answer or a
refusal in one sentence. Anything else that is raised is a fault. The suite runs a few seeds of each (tests/test_fuzz_targets.py).
"""
