"""The answer to an exercise with one thing changed, by machine.

making      mutants of a definition, each with words for what was changed
changes, words   one change of a syntax tree, and how its parts are spoken of
operators, expressions, statements   what is changed
explaining  the mutant, or the two faults, that an answer agrees with
"""
