"""learnkit: the library behind the course on image synthesis and inpainting.

Read it in this order; imports point the same way, from the later to the earlier.

    shapes      the words for array shapes, and the checks at every border
    files       a file written whole, and one process at a time
    tensors     the same words for tensors, where torch is loaded
    threads     how many of them a lesson may use
    assets      what is shipped: pictures, trained weights, PyTorch's answers
    byhand      losses, gradients and optimizers in NumPy, each with its gradient under it
    holes       every hole of the course: one drawn, batches of them, the published five
    images      pictures, and how to judge them
    fills       the one form of a fill, and those without a network
    models      the networks, one paper a file, and their trained weights
    training    a generator of steps: device, data sets, checkpoints, many processes
    recipes     one file a trained model: what `learnkit train NAME` runs
    sweeps      one file an experiment of many short trainings, beside its results
    benchmark   the course's one table of hole filling: methods and scores
    speed       how fast a network runs, what bounds it, ONNX, several processes
    article     the program of the article from which the course began, with its faults and mended
    capstone    the final piece of work: its fields, and what of its rubric is measured
    exercises   the checks behind `@exercise`, with the mistakes they know by name
    grading     what an instructor runs: answers judged in a sandbox, gradebook, marks
    widgets     one visualizer a file: a pure figure(params), and thin controls
    course      one source to two notebooks, and the `learnkit` command

Importing learnkit loads nothing: ask for the room you need.
"""

__version__ = "0.1.0"
