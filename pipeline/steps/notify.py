"""Telling people which signals wait to be judged, and why: by mail and by webhook, as far as they are configured."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import requests

from pipeline.config import Settings
from pipeline.errors import SourceOutage, UsageError

SECONDS = 20
PORTS = {"smtp": 25, "smtps": 465}
# Signals that the subject names before it says how many more there are; the text has them all.
MOST_NAMED = 3


def notify(settings: Settings, waiting: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell of these signals, one message each way; how it was told, by mail, by webhook, or not at all.

    waiting: as pipeline.steps.awaiting gives them. Only counts and names of plans, products and endpoints are sent.
    SourceOutage where a server does not take the message; UsageError for an address that is none.
    """
    if not waiting:
        return []
    ways = []
    if settings.smtp_url:
        _send_mail(settings, waiting)
        ways.append("mail")
    if settings.webhook_url:
        _post(settings, waiting)
        ways.append("webhook")
    return ways


def message(settings: Settings, waiting: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Subject and text of what is told."""
    named = ", ".join(str(one["headline"]) for one in waiting[:MOST_NAMED])
    more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
    lines = [str(one["sentence"]) for one in waiting]
    where = [f"Look at it: {settings.link}"] if settings.link else []
    last = "A crossing or a designated event opens a review, no more."
    return f"cartwatch: to be reviewed: {named}{more}", "\n".join([*lines, "", *where, last])


def _send_mail(settings: Settings, waiting: Sequence[Mapping[str, Any]]) -> None:
    where = urlsplit(str(settings.smtp_url))
    if where.scheme not in PORTS or not where.hostname:
        raise UsageError("CARTWATCH_SMTP is no address of a mail server: give smtp://host:25 or smtps://user:key@host.")
    if not settings.mail_from or not settings.mail_to:
        raise UsageError("A mail server is given, but no CARTWATCH_MAIL_FROM or no CARTWATCH_MAIL_TO: give both.")
    mail = EmailMessage()
    mail["Subject"], text = message(settings, waiting)
    mail["From"], mail["To"] = settings.mail_from, ", ".join(settings.mail_to)
    mail.set_content(text)
    at = (where.hostname, where.port or PORTS[where.scheme])
    try:
        with _server(where.scheme, *at) as server:
            if where.username:
                server.login(unquote(where.username), unquote(where.password or ""))
            server.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise SourceOutage(
            f"The mail server {at[0]}:{at[1]} did not take the message: {type(error).__name__}."
        ) from error


def _server(scheme: str, host: str, port: int) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, timeout=SECONDS)


def _post(settings: Settings, waiting: Sequence[Mapping[str, Any]]) -> None:
    subject, text = message(settings, waiting)
    body = {"subject": subject, "text": text, "link": settings.link, "signals": [dict(one) for one in waiting]}
    host = urlsplit(str(settings.webhook_url)).hostname
    try:
        answer = requests.post(str(settings.webhook_url), json=body, timeout=SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise SourceOutage(f"The webhook at {host} did not take the message: {type(error).__name__}.") from error
