"""What waits to be reviewed is told by mail and by webhook, and a server that does not take it is said."""

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipeline.config import Settings
from pipeline.errors import SourceOutage, UsageError
from pipeline.steps.notify import message, notify

CROSSING = {
    "signal_id": 7, "kind": "look", "headline": "tisa-crs crossed as of 2024Q1",
    "sentence": "Look 3 of plan tisa-crs as of 2024Q1: 12 cases observed, statistic 4.5, to reach 3.2; signal 7.",
}  # fmt: skip
EVENT = {
    "signal_id": 8, "kind": "designated_event", "headline": "designated event spm_tcell with tisagenlecleucel as of 2024Q1",
    "sentence": "Designated event spm_tcell with tisagenlecleucel in spontaneous reports as of 2024Q1: 1 case, 1 fatal; signal 8.",
}  # fmt: skip


class Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a message needs."""

    def handle(self):
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            command = line.upper()
            if command.startswith("DATA"):
                self.say("354 go on")
                while (text := self.rfile.readline().decode()) != ".\r\n":
                    self.server.got.append(text.rstrip())
            self.say({"QUIT": "221 bye", **self.server.answers}.get(command[:4], "250 fine"))
            if command.startswith("QUIT"):
                return

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.answers.get("status", 200))
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def serving(kind, handler, **answers):
    with kind(("127.0.0.1", 0), handler) as server:
        server.got, server.answers = [], answers
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server, server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def mail_to(port):
    return Settings(
        smtp_url=f"smtp://127.0.0.1:{port}", mail_from="a@b.org", mail_to=("c@d.org",), link="http://here/1"
    )


def test_a_mail_says_what_crossed_and_what_was_designated_with_a_link():
    with serving(socketserver.TCPServer, Mail) as (server, port):
        assert notify(mail_to(port), [CROSSING, EVENT]) == ["mail"]
    text = "\n".join(server.got)
    assert "Subject: cartwatch: to be reviewed: tisa-crs crossed as of 2024Q1" in text
    assert "Look 3 of plan tisa-crs as of 2024Q1: 12 cases observed" in text
    assert "Designated event spm_tcell with tisagenlecleucel in spontaneous reports" in text
    assert "http://here/1" in text


def test_a_subject_names_three_signals_and_says_how_many_more_there_are():
    subject, text = message(Settings(), [CROSSING | {"headline": f"h{n}", "sentence": f"s{n}"} for n in range(9)])
    assert subject == "cartwatch: to be reviewed: h0, h1, h2 and 6 more"
    assert text.splitlines()[:9] == [f"s{n}" for n in range(9)]


def test_a_webhook_gets_the_signals():
    with serving(HTTPServer, Hook) as (server, port):
        settings = Settings(webhook_url=f"http://127.0.0.1:{port}/token-that-stays-secret", link="http://here/1")
        assert notify(settings, [CROSSING]) == ["webhook"]
    assert server.got[0]["signals"] == [CROSSING]
    assert server.got[0]["link"] == "http://here/1"


def test_nothing_is_sent_where_nothing_waits_or_nobody_is_to_be_told():
    assert notify(Settings(smtp_url="smtp://127.0.0.1:1"), []) == []
    assert notify(Settings(), [CROSSING]) == []


def test_a_server_that_refuses_is_said_without_the_address_s_secrets():
    with serving(HTTPServer, Hook, status=500) as (_, port):
        settings = Settings(webhook_url=f"http://127.0.0.1:{port}/token-that-stays-secret")
        with pytest.raises(SourceOutage, match=r"^The webhook at 127\.0\.0\.1 did not take the message: HTTPError\.$"):
            notify(settings, [CROSSING])
    with (
        serving(socketserver.TCPServer, Mail, RCPT="550 nobody here") as (_, port),
        pytest.raises(SourceOutage, match="did not take the message: SMTPRecipientsRefused"),
    ):
        notify(mail_to(port), [CROSSING])
    with pytest.raises(SourceOutage, match="did not take the message: ConnectionRefusedError"):
        notify(mail_to(1), [CROSSING])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Settings(smtp_url="mailhost"), "CARTWATCH_SMTP is no address"),
        (Settings(smtp_url="smtp://h:25", mail_from="a@b.org"), "no CARTWATCH_MAIL_TO"),
    ],
)
def test_half_a_configuration_is_refused(settings, words):
    with pytest.raises(UsageError, match=words):
        notify(settings, [CROSSING])
