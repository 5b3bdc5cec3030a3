"""The words that names, streets and texts of the sample are put together from."""


def _list(words: str) -> tuple[str, ...]:
    return tuple(words.split(", "))


FEMALE_NAMES = _list(
    "Anna, Britta, Clara, Dörte, Elif, Femke, Greta, Hanna, Ines, Jana, Katja, Lena, "
    "Marieke, Nora, Oksana, Paula, Renate, Sanne, Tülay, Ulrike, Vera, Wiebke, Yasmin, Zoë"
)
MALE_NAMES = _list(
    "Arne, Bastian, Cem, Daan, Emil, Fabian, Gernot, Henk, Ivo, Jörg, Karim, Lars, "
    "Matthias, Nils, Oskar, Pieter, Ralf, Sven, Thijs, Uwe, Viktor, Willem, Xaver, Yusuf"
)
LAST_NAMES = _list(
    "Adler, Bergmann, Brouwer, Çelik, Dekker, Dietrich, Ebner, Fink, Gruber, Hartmann, Hendriks, "
    "Huber, Ivanov, Jansen, Jäger, Kessler, König, Kowalski, Lindner, Maas, Moser, Mulder, "
    "Neumann, Novak, Öztürk, Pichler, Pohl, Quast, Reuter, Rossi, Schäfer, Smit, Steiner, "
    "Thoma, Ulrich, Visser, Vogt, Wagner, Weiß, Yilmaz, Zimmer, de Vries, van den Berg, O'Neill"
)
STREET_STEMS = _list(
    "Ahorn, Bahnhof, Birken, Brunnen, Buchen, Eichen, Feld, Garten, Hafen, Kirch, Linden, "
    "Markt, Mühlen, Park, Rosen, Schiller, Schul, See, Tal, Ufer, Wald, Wiesen"
)
STREET_ENDINGS = _list("straße, weg, gasse, allee, ring, platz")
MAIL_DOMAINS = _list("example.com, example.org, example.net, mail.example, post.example")
SHOP_STEMS = _list(
    "Alpen, Blau, City, Delta, Euro, Fuchs, Gold, Hansa, Insel, Juno, Kosmos, Luna, "
    "Merkur, Nord, Orion, Perl, Quell, Rhein, Stern, Terra, Union, Vita, West, Zentral"
)
SHOP_KINDS = _list("markt, shop, haus, eck, laden, kontor, service, depot")
COMPANY_FORMS = _list("GmbH, KG, B.V., OG, e.K., AG")

_IN_ASCII = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ç": "c", "ë": "e", "Ç": "c", "Ö": "oe", " ": "", "'": ""}
)


def in_ascii(name: str) -> str:
    """The name as it would stand in an e-mail address."""
    return name.translate(_IN_ASCII).lower()
