import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import GuideError
from bot.knowledge.decode import decode

SMART = "The patient’s “knee” – it hurts… at 30° or 5 µg, naïve café."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_smart_quotes_survive(encoding: str) -> None:
    text = SMART + " Plain words follow, as they do in any guide of this kind." * 3
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(("encoding", "bom"), [("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")])
def test_both_orders_of_utf16(encoding: str, bom: bytes) -> None:
    assert decode(bom + SMART.encode(encoding)) == SMART


def test_latin_1() -> None:
    text = "Übungen für das Knie helfen häufig, wenn sie regelmäßig gemacht werden und der Schmerz gering bleibt."
    assert decode(text.encode("latin-1")) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Боль в колене обычно развивается постепенно. Отдых помогает, но полный покой нужен редко. "),
        ("cp1250", "Ból kolana zwykle rozwija się stopniowo, a całkowity odpoczynek rzadko jest konieczny. "),
        ("cp1250", "Bolest kolene se obvykle vyvíjí postupně a úplný klid je jen zřídka nutný, říká lékař. "),
        ("cp1250", "A térdfájdalom általában fokozatosan alakul ki, és a teljes pihenés ritkán szükséges. "),
        ("cp1253", "Ο πόνος στο γόνατο συνήθως αναπτύσσεται σταδιακά και η ανάπαυση σπάνια είναι απαραίτητη. "),
        (
            "cp1254",
            "Diz ağrısı genellikle yavaş yavaş gelişir ve tam dinlenme nadiren gereklidir, çünkü kaslar güçlenmelidir. ",
        ),
        (
            "cp1252",
            "Les douleurs du genou se développent progressivement ; le repos complet est déconseillé à l’hôpital. ",
        ),
        ("cp1252", "Övningar för knät hjälper ofta när de görs regelbundet och smärtan är låg. "),
        ("cp1252", "A dor no joelho não é só fraqueza: a reabilitação também é questão de coordenação. "),
        ("gb18030", "膝盖疼痛通常是逐渐发展的。很少需要完全休息。"),
        ("shift_jis", "膝の痛みは通常、徐々に進行します。完全な安静が必要なことはめったにありません。"),
    ],
)
def test_other_scripts_in_old_encodings(encoding: str, text: str) -> None:
    assert decode((text * 3).encode(encoding)) == text * 3


def test_line_ends_become_newlines() -> None:
    assert decode(b"a\r\nb\rc\nd") == "a\nb\nc\nd"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xef\xbb\xbf \n", "is empty"),
        (b"words\x00words", "is not text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is not text"),
        (bytes(range(1, 32)) * 4, "is not text"),
        (b"%PDF-1.7 \xe2\xe3", "is a PDF"),
        (b"PK\x03\x04\x14\x00", "is a zip or Office file"),
        (b"{\\rtf1\\ansi}", "is an RTF file"),
        (b"\xff\xfeodd", "begins as utf-16"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(GuideError, match=message):
        decode(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_text_or_a_guide_error(data: bytes) -> None:
    try:
        text = decode(data)
    except GuideError:
        return
    assert "\r" not in text
    assert "\x00" not in text


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda t: t.strip()))
def test_utf8_round_trip(text: str) -> None:
    data = text.encode()
    if not data.startswith((b"\xef\xbb\xbf", b"%PDF-", b"{\\rtf", b"PK\x03\x04")):
        assert decode(data) == text
