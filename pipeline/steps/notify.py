"""Telling people that a look crossed: by mail and by webhook, as far as they are configured."""

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


def notify(settings: Settings, crossings: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell of these looks, one message each way; how it was told, by mail, by webhook, or not at all.

    Only counts and names of plans are sent. SourceOutage where a server does not take the message; UsageError for an
    address that is none.
    """
    if not crossings:
        return []
    ways = []
    if settings.smtp_url:
        _send_mail(settings, crossings)
        ways.append("mail")
    if settings.webhook_url:
        _post(settings, crossings)
        ways.append("webhook")
    return ways


def message(settings: Settings, crossings: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Subject and text of what is told."""
    named = ", ".join(f"{one['plan_id']} as of {one['dlp']}" for one in crossings)
    lines = [sentence(one) for one in crossings]
    where = [f"Look at it: {settings.link}"] if settings.link else []
    return f"cartwatch: boundary crossed, {named}", "\n".join(
        [*lines, "", *where, "A crossing opens a review, no more."]
    )


def sentence(crossing: Mapping[str, Any]) -> str:
    """One look in words."""
    return (
        f"Look {crossing['number']} of plan {crossing['plan_id']} as of {crossing['dlp']}: {crossing['observed']} cases "
        f"observed, statistic {crossing['statistic']:.4g}, to reach {crossing['critical_value']:.4g}; "
        f"signal {crossing['signal_id']}."
    )


def _send_mail(settings: Settings, crossings: Sequence[Mapping[str, Any]]) -> None:
    where = urlsplit(str(settings.smtp_url))
    if where.scheme not in PORTS or not where.hostname:
        raise UsageError("CARTWATCH_SMTP is no address of a mail server: give smtp://host:25 or smtps://user:key@host.")
    if not settings.mail_from or not settings.mail_to:
        raise UsageError("A mail server is given, but no CARTWATCH_MAIL_FROM or no CARTWATCH_MAIL_TO: give both.")
    mail = EmailMessage()
    mail["Subject"], text = message(settings, crossings)
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


def _post(settings: Settings, crossings: Sequence[Mapping[str, Any]]) -> None:
    subject, text = message(settings, crossings)
    body = {"subject": subject, "text": text, "link": settings.link, "looks": [dict(one) for one in crossings]}
    host = urlsplit(str(settings.webhook_url)).hostname
    try:
        answer = requests.post(str(settings.webhook_url), json=body, timeout=SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise SourceOutage(f"The webhook at {host} did not take the message: {type(error).__name__}.") from error
