"""One file an experiment of many short trainings, whose results ship: `learnkit sweep NAME`.

A single training proves little: with other first weights and other pictures it ends elsewhere. So
each experiment is done over several seeds, and each file here lies beside what came out of it,
NAME.json: a row a training.

    base          what a sweep is: its settings, its trial, its rows; the interval of a mean
    garments      the trial of the first two: a small network fills one hole, from few garments
    data_size     how good it gets with more pictures, and with more weights
    remedies      what helps where pictures are few, and what does not
    transfer      a network of garments that is asked for photographs
    training_time how long each shipped network takes to train

Importing this room loads nothing: `find(NAME)` loads one sweep.
"""
