"""The Training tab: a time machine over a model's run, and a run of one's own.

tab           its answers
time_machine  the same z at every moment of a run
workshop      the one run that may be going on: its owner, its limits, its result
run, curve    what is known of it
form          what it may be asked for
worker        the process that trains
"""
