"""A faithful Meta for development: OAuth, Graph calls, webhooks over real HTTP, and a phone to chat with.

app = create_simulator(data_dir=..., public_url=..., deliver_to=..., ...)   # Starlette
await app.state.simulator.start()    # done by the app's own lifespan unless it is mounted
"""

from instantchat.channels.simulator.app import create_simulator
from instantchat.channels.simulator.simulator import Simulator

__all__ = ["Simulator", "create_simulator"]
