"""The published operations of the Kaiten API that this server does not serve yet.

A request for one of them is answered 404 with `X-Kadence: not-served`, so that whoever builds a
client can tell it from a wrong address. An entry leaves this list when its route enters web/app.py.
"""

from collections.abc import Sequence

_NOT_SERVED = """
/spaces/{space_uid}/iterations/{id}                               PATCH DELETE
/spaces/{space_uid}/iterations/{iteration_id}/cards               GET POST
/spaces/{space_uid}/iterations/{iteration_id}/cards/{card_uid}    DELETE
/cards/{card_uid}/iterations-history                              GET
/companies/current                                                GET PATCH
/spaces/{space_id}/boards                                         GET POST
/spaces/{space_id}/boards/{id}                                    GET PATCH DELETE
/boards/{id}                                                      GET
/boards/{board_id}/columns                                        GET POST
/boards/{board_id}/columns/{id}                                   PATCH DELETE
/columns/{column_id}/subcolumns                                   GET POST
/columns/{column_id}/subcolumns/{id}                              PATCH DELETE
/boards/{board_id}/lanes                                          GET POST
/boards/{board_id}/lanes/{id}                                     PATCH DELETE
/cards                                                            GET POST
/cards/{card_id}                                                  GET PATCH DELETE
/cards/{card_id}/location-history                                 GET
/cards/{card_id}/activity                                         GET
/cards/{card_id}/members                                          GET POST
/cards/{card_id}/members/{id}                                     PATCH DELETE
/cards/{card_id}/tags                                             GET POST
/cards/{card_id}/tags/{tag_id}                                    DELETE
/cards/{card_id}/comments                                         GET POST
/cards/{card_id}/comments/{comment_id}                            PATCH DELETE
/tags                                                             GET POST
/company/tags/{id}                                                PATCH DELETE
/user-roles                                                       GET
/card-types                                                       GET
/company/custom-properties                                        GET
/sprints                                                          GET
"""

NOT_SERVED: Sequence[tuple[str, Sequence[str]]] = tuple(
    (path, methods) for path, *methods in map(str.split, _NOT_SERVED.strip().splitlines())
)
"""Paths below the base path, each with its published methods that are not served."""
