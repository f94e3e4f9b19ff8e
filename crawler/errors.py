"""Every failure that trialkb reports, in one tree. The exit code is what cron sees.

TrialkbError                    1  anything else that was foreseen
├── UsageError                  2  an option, a file name or a query that cannot be meant
├── NetworkError                3  the registry could not be reached or kept failing; tried again later
│   ├── Offline                    no connection at all
│   ├── BudgetSpent                the day's requests are used up
│   └── Refused                    403 or another 4xx: not tried again
├── ProtocolError               4  the registry answered, but not as its description says
│   ├── StaleToken                 a page token of another query or data version
│   └── Incomplete                 fewer distinct records than the registry's own total
├── ArchiveError                5  the raw archive is damaged or cannot be written
├── KnowledgeBaseError          6  the knowledge base cannot be read, written or published
│   ├── Locked                     another process is writing
│   └── GateFailed                 a quality check refused the new version; the old one stays
└── RecordError                    one record cannot be read: it goes to meta.dead_letters, the rest goes on
"""

from __future__ import annotations


class TrialkbError(Exception):
    """Something went wrong that a user can act on. The message is one line and says what to do."""

    exit_code = 1


class UsageError(TrialkbError):
    """What was asked cannot be meant: an unknown option value, a missing file, a malformed id."""

    exit_code = 2


class NetworkError(TrialkbError):
    """The registry could not be reached, or kept failing for as long as we were allowed to try."""

    exit_code = 3


class Offline(NetworkError):
    """There is no connection to the registry at all."""


class BudgetSpent(NetworkError):
    """The number of requests allowed for the day is used up; tomorrow's run goes on."""


class Refused(NetworkError):
    """The registry refused the request (4xx). Asking again will not help."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ProtocolError(TrialkbError):
    """The registry's answer is not what its own description promises."""

    exit_code = 4


class StaleToken(ProtocolError):
    """A page token belongs to another query or data version; the query must start again."""


class Incomplete(ProtocolError):
    """Fewer distinct records arrived than the registry says it has."""


class ArchiveError(TrialkbError):
    """The raw archive is damaged or cannot be written."""

    exit_code = 5


class KnowledgeBaseError(TrialkbError):
    """The knowledge base cannot be read, written or published."""

    exit_code = 6


class Locked(KnowledgeBaseError):
    """Another process is writing this knowledge base."""


class GateFailed(KnowledgeBaseError):
    """A quality check refused the new version; yesterday's stays in place."""


class RecordError(TrialkbError):
    """One record cannot be read. It is kept in meta.dead_letters; the rest goes on."""
