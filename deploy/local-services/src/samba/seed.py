"""Fills a domain that has just been made, in one transaction and without a server: with one it takes ten times as long.

Arguments: smb.conf, the LDIF, the names of those who may see what was deleted.
"""

import sys

from ldb import FLAG_MOD_REPLACE, SCOPE_BASE, Dn, Message, MessageElement
from samba.auth import system_session
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

conf, ldif, *may_see_deleted = sys.argv[1:]
parameters = LoadParm()
parameters.load(conf)
database = SamDB(session_info=system_session(parameters), lp=parameters)


def let_see_deleted(name):
    """Gives an account the rights to read the container of the deleted, and to list what is in it."""
    account = database.search(base=name, scope=SCOPE_BASE, attrs=["objectSid"])[0]
    sid = ndr_unpack(security.dom_sid, account["objectSid"][0])
    container = Dn(database, "CN=Deleted Objects," + database.domain_dn())
    controls = ["show_deleted:1", "sd_flags:1:4"]
    found = database.search(
        base=container, scope=SCOPE_BASE, attrs=["nTSecurityDescriptor"], controls=controls
    )[0]
    descriptor = ndr_unpack(security.descriptor, found["nTSecurityDescriptor"][0])
    text = descriptor.as_sddl()
    # Those that are deleted later inherit it.
    rights = "(A;CI;RPLC;;;%s)" % sid
    descriptor = security.descriptor.from_sddl(text.replace("D:PAI", "D:PAI" + rights, 1), sid)
    if rights not in descriptor.as_sddl():
        raise RuntimeError("the rights of %s cannot be changed: %s" % (container, text))
    change = Message(container)
    change["nTSecurityDescriptor"] = MessageElement(
        ndr_pack(descriptor), FLAG_MOD_REPLACE, "nTSecurityDescriptor"
    )
    database.modify(change, controls)


database.transaction_start()
try:
    with open(ldif, encoding="utf-8") as text:
        database.modify_ldif(text.read())
    for name in may_see_deleted:
        let_see_deleted(name)
except BaseException:
    database.transaction_cancel()
    raise
database.transaction_commit()
