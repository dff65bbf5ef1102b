"""Signs in a title that a task has consequences: money, a deadline, health, a person who waits.

Signs that every language shares come first: amounts, times, titles of people. The words are few and general.
"""

import re
from functools import lru_cache

_AMOUNT = (
    r"[€£$¥₹₽]\s?\d|\d[\d.,\s]{0,20}"
    r"(?:[€£$¥₹₽]|(?:eur|usd|gbp|chf|cad|aud|nzd|sek|nok|dkk|pln|czk|jpy|inr)\b)"
)
_MONEY = r"""
    pay|payment|payroll|invoices?|rent|tax|taxes|vat|fees?|fine|refund|salary|wages|insurance|indemnity
    |zahlen|bezahlen|überweisen|rechnung|mahnung|steuern?|steuererklärung|miete|lohn|gebühr|versicherung
    |payer|virer|facture|impôts?|tva|loyer|cotisations?|salaires?|assurance
    |pagar|pago|factura|impuestos?|alquiler|pagare|fattura|affitto|betalen|factuur|huur
"""
_DEADLINE = r"""
    deadline|expires?|expiry|closes|closing\ date|cut-?off|by\ noon|midnight|customs|portal|renewal
    |within\ \d+\ hours|last\ day|final\ notice
    |frist|fristende|läuft\ ab|ablauf|abgabe|abgeben|einreichen|zoll
    |échéance|date\ limite|expire|délai|douane|plazo|fecha\ límite|caduca|vence|scade|scadenza
"""
_HEALTH = r"""
    medicine|medication|prescription|vaccin\w+|insulin|arzt|rezept|medikamente?|médicaments?|ordonnance|receta
    |patients?|discharge
"""
_PERSON = r"""
    mr|mrs|ms|dr|prof|herrn?|frau|mme|m\.|sra?|sig
    |call|ring|reply|replies|respond|answer|call\ back|anrufen|zurückrufen|antworten|appeler|rappeler|répondre
    |llamar|responder|chiamare|rispondere|bellen|antwoorden
"""
_CHORE = r"""
    water|tidy|clean|sort|dust|vacuum|laundry|dishes|groceries|declutter|descale|return
    |gießen|aufräumen|putzen|sortieren|zurückbringen|arroser|ranger|nettoyer|trier|regar|ordenar|limpiar
    |annaffiare|pulire|opruimen|schoonmaken
"""
_TIME = r"\b(?:[01]?\d|2[0-3]):[0-5]\d\b|\b\d{1,2}\s?(?:am|pm)\b"


def _words(pattern: str) -> str:
    return rf"\b(?:{pattern})(?!\w)"


_CONSEQUENCE = re.compile(
    f"{_AMOUNT}|{_TIME}|{'|'.join(map(_words, (_MONEY, _DEADLINE, _HEALTH)))}", re.IGNORECASE | re.VERBOSE
)
_IS_CHORE = re.compile(_words(_CHORE), re.IGNORECASE | re.VERBOSE)
_WAITING_PERSON = re.compile(_words(_PERSON), re.IGNORECASE | re.VERBOSE)


@lru_cache(maxsize=8192)
def has_consequence(title: str) -> bool:
    """Return whether a title speaks of money, of a deadline, of a time of day or of health."""
    return _CONSEQUENCE.search(title) is not None


@lru_cache(maxsize=8192)
def names_waiting_person(title: str) -> bool:
    """Return whether a title names a person by a form of address, or an answer that a person waits for."""
    return _WAITING_PERSON.search(title) is not None


@lru_cache(maxsize=8192)
def is_chore(title: str) -> bool:
    """Return whether a title names a chore: watering, cleaning, returning what was lent."""
    return _IS_CHORE.search(title) is not None
