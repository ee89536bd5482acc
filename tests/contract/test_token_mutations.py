"""Tokens that chance makes (catalogue T34)."""

from string import ascii_letters, digits

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tokens import forge, refused

GOOD = forge()


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A good token with a few characters put in, taken out, swapped or replaced."""
    token = list(GOOD)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(token) - 1))
        character = draw(st.sampled_from(ascii_letters + digits + "-_.=+/ \n"))
        match draw(st.sampled_from(["insert", "drop", "replace", "swap"])):
            case "insert":
                token.insert(place, character)
            case "drop":
                del token[place]
            case "replace":
                token[place] = character
            case _:
                token[place], token[-1] = token[-1], token[place]
    return "".join(token)


@given(mutations().filter(lambda token: token != GOOD))
@settings(max_examples=2000)
def test_T34_no_mutation_of_a_good_token_is_accepted(token: str) -> None:
    assert refused(token)


@given(st.text())
def test_T34_no_text_is_a_token(text: str) -> None:
    assert refused(text)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_T34_no_bytes_well_signed_are_a_token_unless_they_say_what_one_must(
    header: bytes, payload: bytes
) -> None:
    assert refused(forge(header, payload))
