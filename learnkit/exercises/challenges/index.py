"""Which challenge stands in which lessons: a literal, so that looking a name up loads no other."""

CHALLENGES = {
    "mend": (2,),
    "race": (4,),
    "paint": (5,),
    "train": (7,),
    "fill": (10, 11, 12, 18),
}
