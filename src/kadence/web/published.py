"""The published operations of the Kaiten API that this server does not serve.

A request for one of them is answered 404 with `X-Kadence: not-served`, so that whoever builds a
client can tell it from a wrong address. An entry leaves this list when its route enters web/app.py.
"""

from collections.abc import Sequence

_NOT_SERVED = """
/cards/{card_id}/checklists                                       POST
/cards/{card_id}/checklists/{id}                                  GET PATCH DELETE
/cards/{card_id}/checklists/{checklist_id}/items                  POST
/cards/{card_id}/checklists/{checklist_id}/items/{id}             PATCH DELETE
/cards/{card_id}/blockers                                         GET POST
/cards/{card_id}/blockers/{id}                                    PATCH DELETE
/cards/{card_id}/children                                         GET POST
/cards/{card_id}/children/{id}                                    DELETE
/cards/{card_id}/files                                            GET PUT
/cards/{card_id}/files/{id}                                       PATCH DELETE
/cards/{card_id}/external-links                                   GET POST
/cards/{card_id}/external-links/{id}                              PATCH DELETE
/cards/{card_id}/time-logs                                        GET POST
/cards/{card_id}/time-logs/{id}                                   PATCH DELETE
"""

NOT_SERVED: Sequence[tuple[str, Sequence[str]]] = tuple(
    (path, methods) for path, *methods in map(str.split, _NOT_SERVED.strip().splitlines())
)
"""Paths below the base path, each with its published methods that are not served."""
