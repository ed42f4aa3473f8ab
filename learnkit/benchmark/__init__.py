"""The course's one table of hole filling: the same pictures, the same holes, every method.

Read it in this order:

    methods    what fills the published holes, by name; each is made only when it is asked for
    from_file  a method of your own, from a file of ten lines
    scores     what one method reaches on one kind of hole
    table      all of them, row by row, and the files that hold them

Importing this room loads nothing: ask for the file you need. `learnkit benchmark` runs it.
"""
