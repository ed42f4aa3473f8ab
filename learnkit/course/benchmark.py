"""`learnkit benchmark`: the table of holes, printed as it grows and written as it grows."""

import argparse

from learnkit import threads


def benchmark(arguments: argparse.Namespace) -> int:
    """Prints the table as it grows: 0 where every row has numbers, else 1."""
    threads.hand_down(threads.for_a_training())  # before torch, which reads them once
    from learnkit.benchmark import from_file, table
    from learnkit.benchmark.methods import METHODS, find
    from learnkit.holes.published import KINDS

    if arguments.methods == ["list"]:
        for name, method in METHODS.items():
            print(f"{name:<18}{method.title}")
        return 0
    chosen = arguments.methods or ([] if arguments.method else METHODS)  # a file's method alone
    methods = [*map(find, chosen), *map(from_file.load, arguments.method)]
    growing = table.rows(
        methods,
        holes=arguments.holes or tuple(KINDS),
        pictures=arguments.pictures,
        training=arguments.training,
    )
    done: list[table.Row] = []
    paths = []
    if arguments.output:  # that it cannot be written to is better heard now than in an hour
        arguments.output.mkdir(parents=True, exist_ok=True)
    for row in growing:
        if not done:
            print(table.head())
        print(table.line(row), flush=True)
        done.append(row)
        if arguments.output:  # after every row: what stops the run takes no row away
            paths = table.write(done, arguments.output)
    failed = sum(bool(row.error) for row in done)
    print(f"{len(done) - failed} of {len(done)} rows have numbers.")
    if failed < len(done):
        print("In each row with numbers every known pixel came back bit for bit.")
    for path in paths:
        print(f"written: {path}")
    return 1 if failed else 0
