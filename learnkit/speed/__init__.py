"""How fast a network runs, what bounds it, and how it runs without torch or on several processes.

Read it in this order:

    throughput  pictures a second, timed without the usual mistakes
    profile     which operations the time goes to
    roofline    what bounds an operation: the arithmetic or the memory
    measuring   the machine's ceilings, and the work of an operation
    graphs      a GPU's kernels recorded once, and started by one call
    to_onnx     a network as an ONNX file, and that file run by onnxruntime
    frames      the frames of a camera with one hole, filled as they come
    scaling     one training on one process and on several

Importing this room loads nothing: ask for the file you need.
"""
