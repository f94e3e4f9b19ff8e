"""A loopback server that answers as the registry does, over any records, with any fault one cares to name.

In a test:

    from crawler.replica import Replica

    replica = Replica([record, another])              # dicts; or paths of .json, .jsonl, .jsonl.gz, or a folder
    with replica.serve() as server:                   # a free port of 127.0.0.1, a background thread
        httpx.get(f"{server.base_url}/studies", params={"query.cond": "asthma"})
        assert [request.path for request in server.requests] == ["/studies"]

Faults are texts (see `crawler.replica.faults` for all of them), given at the start or while it runs:

    Replica(records, faults=["429:retry-after=2:times=3"])
    replica.faults.add("half-body:path=/studies:from=2")

At the command line: `trialkb replica --records FILE --port 8765 --fault 503:times=2`.
"""

from crawler.replica.faults import Fault, Faults
from crawler.replica.registry import Replica
from crawler.replica.server import Request, Server

__all__ = ["Fault", "Faults", "Replica", "Request", "Server"]
