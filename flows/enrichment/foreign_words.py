"""Words of German, French, Spanish and Danish names, and what they mean in English."""

from __future__ import annotations

from collections.abc import Mapping

from flows.enrichment.word_sets import meanings

_GERMAN = """
vorname=first name; nachname=last name; familienname=last name; geburtsname=maiden name; vollname=full name
geburtsdatum=birth date; geburtstag=birth date; geburtsort=birth place; geburt=birth; geschlecht=gender
anrede=salutation; strasse=street; hausnummer=house number; hausnr=house number; plz=postal code
postleitzahl=postal code; ort=city; wohnort=city; stadt=city; bundesland=state; anschrift=address
adresse=address; telefon=phone; telefonnummer=phone number; mobil=mobile; handy=mobile; rufnummer=phone number
passwort=password; kennwort=password; benutzer=user; benutzername=user name; kunde=customer; kunden=customer
kundennummer=customer number; kundennr=customer number; mitarbeiter=employee; konto=account
kontonummer=account number; kontonr=account number; kontostand=balance; betrag=amount; datum=date; nummer=number
steuernummer=tax number; steuerid=tax id; ausweisnummer=identity number
sozialversicherungsnummer=social security number; firma=company; rechnung=invoice; bestellung=order
artikel=article; preis=price; menge=quantity; waehrung=currency; filiale=branch; anzahl=count; bemerkung=note
beschreibung=description; gehalt=salary; staatsangehoerigkeit=nationality
"""
_FRENCH = """
prenom=first name; nom=name; famille=family; naissance=birth; sexe=gender; civilite=salutation; rue=street
ville=city; adresse=address; codepostal=postal code; courriel=email; telephone=phone; motdepasse=password
utilisateur=user; compte=account; montant=amount; numero=number; pays=country; employe=employee; commande=order
facture=invoice; prix=price; quantite=quantity; societe=company; entreprise=company; insee=national id
nir=national id; solde=balance; commentaire=comment; statut=status; devise=currency; passeport=passport
nationalite=nationality; salaire=salary
"""
_SPANISH = """
nombre=name; nombres=first name; apellido=last name; apellidos=last name; nacimiento=birth; fecha=date
sexo=gender; genero=gender; calle=street; ciudad=city; direccion=address; domicilio=address; codigo=code
correo=email; telefono=phone; movil=mobile; celular=mobile; contrasena=password; usuario=user; cliente=customer
clientes=customer; empleado=employee; cuenta=account; importe=amount; monto=amount; pais=country
provincia=province; dni=national id; nif=national id; nie=national id; cedula=national id; pedido=order
factura=invoice; precio=price; cantidad=quantity; empresa=company; tarjeta=card; saldo=balance; moneda=currency
estado=status; pasaporte=passport; salario=salary; edad=age
"""
_DANISH = """
fornavn=first name; efternavn=last name; mellemnavn=middle name; navn=name; fodselsdato=birth date
fodselsdag=birth date; koen=gender; kon=gender; vej=street; vejnavn=street; gade=street; gadenavn=street
postnr=postal code; postnummer=postal code; mobilnummer=mobile number; tlf=phone; telefonnr=phone number
adgangskode=password; kodeord=password; bruger=user; brugernavn=user name; medarbejder=employee; beloeb=amount
belob=amount; cpr=national id; cprnr=national id; cvr=company number; personnummer=national id; ordre=order
faktura=invoice; pris=price; antal=count; valuta=currency; virksomhed=company; kortnummer=card number; alder=age
lon=salary; loen=salary; kundenavn=customer name; firmanavn=company name; dato=date
"""
FOREIGN_WORDS: Mapping[str, tuple[str, ...]] = {
    word: meaning for text in (_GERMAN, _FRENCH, _SPANISH, _DANISH) for word, meaning in meanings(text).items()
}
