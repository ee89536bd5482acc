"""E-mail addresses and passwords: which are taken, and which two are one (catalogue R14, R16)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.credentials import MAX_PASSWORD, Email, Password

KELVIN, ANGSTROM, FULLWIDTH_AT = "\u212a", "\u212b", "\uff20"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A@x", "a@x"),
        ("alice@EXAMPLE.com", "Alice@example.COM"),
        ("  a@x\t\r\n", "a@x"),
        ("stra\u00dfe@x", "STRASSE@x"),
        ("\u1e9e@x", "ss@x"),
        (f"{KELVIN}@x", "k@x"),
        (f"{ANGSTROM}@x", "\u00e5@x"),
        ("e\u0301@x", "\u00c9@x"),
        ("\uff41lice@x", "ALICE@x"),
        ("\ufb01x@x", "fix@x"),
        ("\u03c3@x", "\u03c2@x"),
        ("\u0130@x", "i\u0307@x"),
        ("\u0390@x", "\u0399\u0308\u0301@x"),
    ],
    ids=ascii,
)
def test_R16_two_ways_of_writing_one_address_have_one_key(one: str, other: str) -> None:
    assert Email.read(one).key == Email.read(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0131@x", "i@x"),
        ("\u0131@x", "I@x"),
        ("\u0130@x", "i@x"),
        ("\u0430@x", "a@x"),
        ("\u00e9@x", "e@x"),
        ("a.b@x", "ab@x"),
        ("a+b@x", "a@x"),
        ("a\u200b@x", "a@x"),
        ("a@x", "a@x."),
    ],
    ids=ascii,
)
def test_R16_what_only_looks_alike_has_another_key(one: str, other: str) -> None:
    assert Email.read(one).key != Email.read(other).key


def test_an_address_is_kept_as_its_owner_wrote_it_but_trimmed() -> None:
    assert Email.read(" Stra\u00dfe@Example.COM ").text == "Stra\u00dfe@Example.COM"


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_the_key_of_an_address_is_that_of_every_form_and_case_of_it(local: str, host: str) -> None:
    try:
        email = Email.read(f"{local}@{host}")
    except ValueError:
        return

    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        written = unicodedata.normalize(form, email.text)
        assert Email(written).key == email.key
    assert unicodedata.is_normalized("NFKC", email.key)
    assert len(email.key) <= 254


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "a", "@", "a@", "@x", "a@@x", "a@x@y", "a b@x", "a@x y", "a\n@x", "a@\u2003x"),
        *("a\0@x", "a\x07@x", "a\x7f@x", "a\x85@x", "a\ud800@x", "\udfff@x"),
        f"a{FULLWIDTH_AT}x",
        *(None, 7, True, b"a@x", ["a@x"], {"a@x": 1}),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_what_is_no_address_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="must"):
        Email.read(value)


def test_an_address_has_254_characters_at_most() -> None:
    longest = "a" * 252 + "@x"

    assert Email.read(f" {longest} ").text == longest
    with pytest.raises(ValueError, match="at most 254"):
        Email.read("a" + longest)


@pytest.mark.parametrize("expanding", ["\u00df", "\ufb03", "\u337f"], ids=["to 2", "to 3", "to 4"])
def test_so_has_one_that_grows_when_folded(expanding: str) -> None:
    grown = len(Email(expanding).key)
    fits = 252 // grown

    assert len(Email.read(expanding * fits + "@x").key) <= 254
    with pytest.raises(ValueError, match="at most 254"):
        Email.read(expanding * (fits + 1) + "@x" + "x" * (252 - fits * grown))


@pytest.mark.parametrize(
    "password",
    [
        *("correct", "7 chars"),
        "\u00e9" * 7,
        "e\u0301" * 7,  # fourteen code points until they are composed
        "😀" * 7,
        "",
    ],
    ids=ascii,
)
def test_R14_a_new_password_has_8_characters_at_least(password: str) -> None:
    with pytest.raises(ValueError, match="at least 8"):
        Password.read_new(password)
    assert Password.read(password).text == unicodedata.normalize("NFKC", password)


@pytest.mark.parametrize(
    "password",
    [
        *("correct!", "fifteen letters", "x" * 64, "x" * 128, "x" * MAX_PASSWORD),
        *("😀" * 8, "😀" * MAX_PASSWORD, "        ", " leading and trailing ", "\t\r\n" * 3),
        "e\u0301" * MAX_PASSWORD,
        "' OR 1=1; --",
    ],
    ids=lambda password: ascii(password)[:20],
)
def test_R14_there_are_no_rules_of_composition_and_nothing_is_cut(password: str) -> None:
    assert Password.read_new(password).text == unicodedata.normalize("NFKC", password)


@pytest.mark.parametrize(
    "password",
    ["x" * 1025, "\u00e9" * 1025, "\ufb01" * 513, "x" * 1_000_000, "\ufdfa" * 57],
    ids=["1025", "1025 accents", "513 ligatures", "R12 a megabyte", "1026 when normalised"],
)
def test_R14_nor_has_any_password_more_than_1024(password: str) -> None:
    for read in (Password.read, Password.read_new):
        with pytest.raises(ValueError, match="at most 1024"):
            read(password)


@pytest.mark.parametrize(
    "value", ["12345678\0", "\x0012345678", "1234\x7f5678", "1234567\ud800", None, 12345678, b"12"]
)
def test_R14_what_not_every_storage_keeps_is_no_password(value: object) -> None:
    for read in (Password.read, Password.read_new):
        with pytest.raises(ValueError, match="must"):
            read(value)


@given(st.text(max_size=50))
def test_R14_every_keyboard_types_the_same_password(text: str) -> None:
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    try:
        passwords = {Password.read(form) for form in forms}
    except ValueError:
        return

    assert len(passwords) == 1


def test_R14_upper_and_lower_case_are_two_passwords() -> None:
    assert Password.read("Correct!") != Password.read("correct!")


@pytest.mark.parametrize(
    ("password", "given_away"),
    [
        ("alice.smith@example.com", True),
        ("ALICE.SMITH@EXAMPLE.COM", True),
        ("alice.smith", True),
        ("\uff21lice.Smith", True),
        ("example.com", False),
        ("alice.smith1", False),
        ("alice.smith@", False),
    ],
    ids=ascii,
)
def test_R14_a_password_that_is_the_address_or_its_first_part_gives_itself_away(
    password: str, given_away: bool
) -> None:
    email = Email.read("Alice.Smith@Example.com")

    assert Password.read(password).gives_away(email) is given_away


def test_a_password_is_never_shown() -> None:
    password = Password.read("hunter2-hunter2")

    assert "hunter2" not in f"{password!r} {password} {[password]}"


def test_a_password_that_would_take_seconds_to_normalise_is_refused_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("domain.credentials.unicodedata", None)

    with pytest.raises(ValueError, match="at most"):
        Password.read("a" + "\u0301" * 60_000 + "\u0316" * 60_000)
