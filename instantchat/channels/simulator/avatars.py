"""Profile pictures: initials on a gradient, drawn from the id alone."""

from __future__ import annotations

import hashlib
import sqlite3
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from instantchat.channels.simulator import people
from instantchat.channels.simulator.picture_links import is_live
from instantchat.channels.simulator.requests import simulator_of

_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" width="96" height="96">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1">
<stop offset="0" stop-color="hsl({hue} 62% 52%)"/><stop offset="1" stop-color="hsl({other} 66% 38%)"/>
</linearGradient></defs>
<rect width="96" height="96" fill="url(#g)"/>
<text x="48" y="50" fill="#fff" font-family="system-ui,sans-serif" font-size="38" font-weight="600"
 text-anchor="middle" dominant-baseline="central">{initials}</text></svg>"""


async def avatar(request: Request) -> Response:
    """`GET avatars/{id}.svg`; a plain one for an id that is nobody's. 403 once a signed address (`oe`, `oh`), which the
    Graph API names, is over; the simulator's own page needs none."""
    either_id, simulator = request.path_params["either_id"], simulator_of(request)
    ends, seal = request.query_params.get("oe"), request.query_params.get("oh", "")
    if ends is not None and not is_live(either_id, ends, seal, simulator.now(), simulator.secrets.instagram):
        return Response("URL signature expired", 403, media_type="text/plain")
    name = await simulator.run(lambda c: _name(c, either_id))
    hue = int(hashlib.sha256(either_id.encode()).hexdigest()[:4], 16) % 360
    svg = _SVG.format(hue=hue, other=(hue + 40) % 360, initials=escape(_initials(name)))
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


def _name(connection: sqlite3.Connection, either_id: str) -> str:
    found = people.find_account(connection, either_id) or people.find_customer(connection, either_id)
    return found.name if found else "?"


def _initials(name: str) -> str:
    words = name.split() or ["?"]
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper()
