"""Mails that come in: from the bytes to a record, or to the record that they answer, and to the flows that listen.

`mailboxes` (the published mailboxes, and which one a mail is for), `receiving` (the one way in, whichever channel
brought it), `threads` (which record a mail answers, and who takes part in it), `making` (a new record), `telling`
(touchpoint and event), `answering` (where answers go), `fetching` (by IMAP, from the ticker; `sealing` keeps the
passwords), `looking` (what people see and do with what waits for them; `alerting` tells them that it does).
"""
