"""A mail server on loopback that writes what it takes to a file, one JSON object a line."""

import json
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

port, folder, protection, conduct = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if conduct == "refuse":
            return "550 no such user T0PSECRETx"
        if conduct == "later":
            return "451 try again T0PSECRETx"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "content": envelope.content.decode("ascii"),
            "tls": session.ssl is not None or protection == "tls",
            "user": session.auth_data.login.decode() if session.auth_data else None,
        }
        with open(folder + "/mails", "a") as file:
            file.write(json.dumps(mail) + "\n")
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    if data.login == b"alerts" and data.password == b"T0PSECRETx":
        return AuthResult(success=True, auth_data=data)
    return AuthResult(success=False, handled=False)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(folder + "/server.pem", folder + "/server.key")
settings = {"hostname": "127.0.0.1", "port": port, "server_hostname": "localhost"}
if protection == "starttls":
    settings |= {"tls_context": context, "require_starttls": True}
if protection == "tls":
    settings |= {"ssl_context": context}
if protection != "none":
    settings |= {"authenticator": authenticate, "auth_required": conduct != "open"}
    settings |= {"auth_require_tls": protection == "starttls"}
Controller(Handler(), **settings).start()
while True:
    time.sleep(60)
