"""The capstone: a field of your choice, its damaged pictures, a method of yours, and a report.

Read it in this order:

    fields      what can be chosen, and each field's pictures: to learn on, and to be judged on
    submission  the one file that is handed in, what belongs in it, and a template of it
    judge       the rubric: which points are measured, and what was measured

Importing this room loads nothing: ask for the file you need. `learnkit capstone FILE.py` runs it;
docs/capstone.md has the task and the whole rubric.
"""
