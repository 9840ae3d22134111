"""A sprint from creating to closing, told in the words of a client that was generated.

Run with the address of a server, a token and the id of a space; prints the closed iteration.
"""

# mypy: ignore-errors
import json
import sys
from datetime import UTC, datetime, timedelta

from kadence_client import AuthenticatedClient
from kadence_client.api.boards import list_boards
from kadence_client.api.cards import change_card, create_card
from kadence_client.api.iterations import (
    add_iteration_card,
    change_iteration,
    create_iteration,
    list_iteration_cards,
)
from kadence_client.api.spaces import get_space
from kadence_client.models import (
    AddCard,
    ChangeableStatus,
    ChangeCard,
    ChangeIteration,
    CreateCard,
    CreateIteration,
)

url, token, space_id = sys.argv[1:]
client = AuthenticatedClient(url, token, raise_on_unexpected_status=True)

space = get_space.sync(int(space_id), client=client)
(board,) = list_boards.sync(space.id, client=client)
done = board.columns[-1].id
today = datetime.now(UTC)
plan = CreateIteration("Sprint 1", start_date=today, finish_date=today + timedelta(days=14))
planned = create_iteration.sync(space.uid, client=client, body=plan)
cards = [
    create_card.sync(client=client, body=CreateCard(board_id=board.id, title=title, size_text=size))
    for title, size in (("Done", "3"), ("Left", "5"))
]
for card in cards:
    add_iteration_card.sync(space.uid, planned.id, client=client, body=AddCard(str(card.uid)))
started = change_iteration.sync(
    space.uid, planned.id, client=client, body=ChangeIteration(status=ChangeableStatus.ACTIVE)
)
moved = change_card.sync(cards[0].id, client=client, body=ChangeCard(column_id=done))
held = list_iteration_cards.sync(space.uid, planned.id, client=client)
closed = change_iteration.sync(
    space.uid, planned.id, client=client, body=ChangeIteration(status=ChangeableStatus.CLOSED)
)
said = {
    "statuses": [planned.status, started.status, closed.status],
    "moved_to": moved.column_id == done,
    "held": len(held),
    "data": closed.data.to_dict(),
}
sys.stdout.write(json.dumps(said))
