"""Words that names are made of, to tell `createdate` from one long word; and which of them name a holder of data."""

from __future__ import annotations

from flows.enrichment.word_sets import word_set

PERSON_WORDS = word_set("""
customer client person people employee user member patient student teacher contact owner holder cardholder
subscriber driver passenger guest applicant citizen resident staff worker actor author recipient beneficiary insured
donor participant candidate doctor nurse child parent spouse mother father buyer player lead individual consumer
visitor policyholder guardian signatory officer teller clerk cashier debtor assignee supervisor manager partner
login borrower voter learner professor household payer payee maiden director advisor adviser attendee freelancer
""")
ORGANISATION_WORDS = word_set("""
merchant branch company organization store shop supplier vendor bank institution office department warehouse agency
school university hospital airport employer brand manufacturer dealer restaurant hotel team business firm publisher
brewery carrier insurer provider facility site atm region airline clinic factory plant station venue retailer
distributor corporation council ministry court museum library club league franchise outlet terminal
""")
_OTHER_WORDS = word_set("""
account active address age album alias amount annual api approved archived article audit authorized avenue average
balance base bearer begin bic biometric birth block body booking business calendar call campaign cancelled card
category cause change channel check city class closed code color comment company completed conversation cost count
country course created credit currency current customer cvv cycle data date day debit default deleted delivered
delivery department deposit description detail device diagnosis disability discount distance district document
domain due duration edition education email enabled end entity entry error ethnicity event expiry external family
feature fee field file film final finish first flag format from full gender genre gps grade gross group handle hash
height hour house iban id identity image income index indicator initial initials interest internal inventory invoice
ip issue item job key label language last latitude length level limit line link list loan local location log login
longitude loss lot mac maximum measure media medical message method middle minimum minute mobile mode model modified
month name national nationality net new nickname note number object occupation offer old open opened order origin
page paid parent part passport password past path payment percent period permission person phone photo pin place
plan point policy position postal preferred previous price primary priority private product profile profit project
property province public purchase quantity question rank rate rating raw reason received reference region registered
release religion rental report request residence result return revenue review risk role room route routing salary
sale salutation score search secondary secret section security segment sender sent sequence serial service session
settlement severity shift shipped shipping short signed signup size social source special stage start started state
status stock street subject subscription sum summary support swift symbol tag target tax team template term text
threshold ticket time timestamp title token total track transaction transfer trip type unit unpaid update updated
url user valid value vat vehicle verified version visit void volume wage warranty web website week weight width year
zip zone
""")
VOCABULARY = PERSON_WORDS | ORGANISATION_WORDS | _OTHER_WORDS
