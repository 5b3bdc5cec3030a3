"""Short forms and synonyms in technical names, and the word that they stand for."""

from __future__ import annotations

from collections.abc import Mapping

from flows.enrichment.word_sets import meanings

ABBREVIATIONS: Mapping[str, tuple[str, ...]] = meanings("""
ctc=contact; disp=display; inc=income; ins=insurance; ln=line; mth=month; nat=national; pw=password; sal=salary
sx=gender; acct=account; acc=account; addr=address; addr1=address; addr2=address; amt=amount; avg=average; bal=balance
bday=birth date; bool=flag; birthdate=birth date; birthday=birth date; dob=birth date; cat=category; cc=card
ccn=card number; ccy=currency; cd=code; cell=mobile; cellphone=mobile phone; cnt=count; co=company; ctry=country
cur=currency; curr=currency; cust=customer; cvc=cvv; cvv2=cvv; cvc2=cvv; dept=department; desc=description
descr=description; dt=date; dtm=timestamp; dttm=timestamp; emp=employee; exp=expiry; familyname=last name
fk=reference; flg=flag; fname=first name; forename=first name; freq=frequency; givenname=first name; grp=group
img=image; ind=indicator; inv=invoice; ipaddr=ip address; lastupdate=updated; lat=latitude; lname=last name
lng=longitude; lon=longitude; lvl=level; mail=email; max=maximum; mgr=manager; min=minimum; mname=middle name
mob=mobile; msg=message; nbr=number; nm=name; no=number; nr=number; num=number; ord=order; org=organization
organisation=organization; passwd=password; pcode=postal code; pct=percent; perc=percent; pk=key; pmt=payment
postcode=postal code; prod=product; pwd=password; qty=quantity; ref=reference; seq=sequence; sex=gender
st=street; stat=status; sts=status; surname=last name; tel=phone; telephone=phone; tm=time; trx=transaction
ts=timestamp; tx=transaction; txn=transaction; typ=type; uid=user id; uname=user name; upd=updated
username=user name; usr=user; val=value; yr=year; zip=postal code; zipcode=postal code
""")
