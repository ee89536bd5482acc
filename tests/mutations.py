"""Good tokens with a few characters wrong, by a chance that is the same in every run."""

from collections.abc import Iterator
from random import Random
from string import ascii_letters, digits

CHARACTERS = ascii_letters + digits + "-_.=+/ \n\0é"


def mutations(token: str, many: int, *, seed: int) -> Iterator[str]:
    """That many other texts, most of them as long as the token and of the same alphabet."""
    random = Random(seed)
    made = 0
    while made < many:
        other = _mutated(token, random)
        if other != token:
            made += 1
            yield other


def _mutated(token: str, random: Random) -> str:
    text = [*token]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        place, other = random.randrange(len(text)), random.randrange(len(text))
        match random.randrange(6):
            case 0:
                text.insert(place, random.choice(CHARACTERS))
            case 1:
                del text[place]
            case 2:
                text[place], text[other] = text[other], text[place]
            case 3:
                text[min(place, other) : max(place, other)] = []
                text.append(random.choice(CHARACTERS))
            case _:
                text[place] = random.choice(CHARACTERS[:64])
    return "".join(text)
