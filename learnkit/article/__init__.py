"""The program of the article from which the course began: its faults, and the same program mended.

Read it in this order:

    faults       their names, and what a run comes to
    program      the program with a switch for each of its faults, in PyTorch
    in_torch     the whole program as it should be, in PyTorch
    keras_extra  is Keras there?
    in_keras     the same in Keras 3; it needs the extra `keras`

Importing this room loads nothing: ask for the file you need. Lesson 17 tells the story.
"""
