"""Challenges: no right answer, but a score on pictures that the lesson does not show.

index      which challenge stands in which lessons
challenge  what a challenge is: pictures to try an answer on, a score, and what others reach
scoreboard  the score beside those of others, and how it looks
engine     the decorator `@challenge`
mend, race, paint, train, fill   a file for each
"""
