"""Messages are encrypted as RFC 8291 says, so that the browser alone reads them."""

from cryptography.hazmat.primitives.asymmetric import ec

from claims.features.push.encryption import MAX_MESSAGE_BYTES, encrypt_message
from claims.ledger.house_signature import decode_bytes, encode_bytes
from tests.claims.features.push.push_service import Browser

# RFC 8291, appendix A.
PLAIN = b"When I grow up, I want to be a watermelon"
BROWSER_KEY = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
BROWSER_POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SERVER_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def read_key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decode_bytes(text), "big"), ec.SECP256R1())


def test_it_makes_the_example_of_the_standard() -> None:
    made = encrypt_message(
        PLAIN, p256dh=BROWSER_POINT, auth=AUTH, key=read_key(SERVER_KEY), salt=decode_bytes(SALT)
    )
    assert encode_bytes(made) == BODY
    browser = Browser(read_key(BROWSER_KEY), decode_bytes(AUTH))
    assert (browser.keys, browser.read(made)) == ({"p256dh": BROWSER_POINT, "auth": AUTH}, PLAIN)


def test_each_message_has_its_own_key_and_salt() -> None:
    browser, longest = Browser(), b"x" * MAX_MESSAGE_BYTES
    first, second = (
        encrypt_message(longest, p256dh=browser.keys["p256dh"], auth=browser.keys["auth"]) for _ in range(2)
    )
    assert browser.read(first) == browser.read(second) == longest
    assert (first[:16] != second[:16], first[21:86] != second[21:86]) == (True, True)
    assert len(first) == 4096
