"""Text that breaks software, after the Big List of Naughty Strings."""

CONTROLS = ["\x00", "a\x00b", "\x01", "\x08", "\x0b", "\x0c", "\x1b[31m", "\x1f", "\x7f", "\x85"]
BLANKS = ["", " ", "\t", "\r\n", "\u00a0", "\u1680", "\u2003", "\u2028", "\u2029", "\u3000"]
INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u115f", "\u180e", "\U000e0041"]
BIDI = ["\u202eabc", "\u2066abc\u2069", "\u200fאבג", "\u061cمرحبا"]
NONCHARACTERS = ["\ufffe", "\uffff", "\U0001fffe", "\U0010ffff", "\ufdd0", "\ufffd", "\ue000"]
COMPOSED = ["é", "e\u0301", "Å", "\u212b", "ﬁ", "ß", "ẞ", "İ", "ı", "ſ", "K", "Z̸̡̢͓", "각", "각"]
EMOJI = ["👩‍👩‍👧‍👦", "🏳️‍🌈", "🇪🇺", "👍🏿", "1️⃣", "\U0001f9b7"]
CODE = [
    *("{{7*7}}", "${7*7}", "<%= 7*7 %>", "#{7*7}", "${jndi:ldap://x/a}", "$(id)", "`id`", "; ls"),
    *("' OR 1=1 --", '"; DROP TABLE tasks; --', "\\'; --", "1);SELECT 1", "%' ESCAPE '\\"),
    *("<script>alert(1)</script>", "javascript:alert(1)", "<!--", "]]>", "&lt;", "<?xml"),
    *("%s%n%d", "%(owner)s", "{0.__class__}", "{}", "%", "%%", "_", "\\", "\\u0000", "\\x00"),
    *("../../etc/passwd", "..%2f", "C:\\con", "file:///etc/passwd", "a/b", "//", ".", "..", "~"),
    *(":owner", "$1", "?", "@x", "#", "&a=b", "a;b", "a,b", "+", "=1+1", "[", "{", "[]", '"'),
]
WORDS = ["null", "None", "undefined", "true", "NaN", "Infinity", "-0", "1e400", "0x0", "٠", "１"]
DATES = [
    *("2026-12-01", "2026-12-01T17:00:00Z", "2026-12-01T17:00:00+23:59", "9999-12-31"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30", "1970-01-01"),
    *("2026-12-01T24:00:00Z", "2026-12-31T23:59:60Z", "2999-12-31T23:59:59.9999999Z", "-1"),
]
HEADERS = [
    "a\r\nx-evil: 1",
    "a\nb",
    '"1"',
    'W/"1"',
    '"2"',
    "*",
    '"1", "2"',
    '"',
    '"a\x01"',
    "none",
    "high",
]
LONG = [
    *("x" * 50, "𝔘" * 50, "x" * 51, "𝔘" * 500, "x" * 501, " " + "x" * 500, "e\u0301" * 250),
    *("👩‍👩‍👧‍👦" * 71, "ß" * 100, "9" * 255, "9" * 256, "\u0390" * 100),
]

STRINGS = list(
    dict.fromkeys(
        [
            *(*CONTROLS, *BLANKS, *INVISIBLE, *BIDI, *NONCHARACTERS, *COMPOSED, *EMOJI),
            *(*CODE, *WORDS, *DATES, *HEADERS, *LONG),
        ]
    )
)
