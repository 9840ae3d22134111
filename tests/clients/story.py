"""A whole planning story in kaiten-cli's commands, in order; the tests and docs/clients.md use it.

A line is a command with its options; `$name` is filled in from what was noted before, and
`-> name=path` notes a part of the answer under a name.
"""

STORY = """
profile probe
users current -> me=id
users list
company current
company update --name "Orchard and Sons"
spaces create --title "Web" --access by_invite -> space=id suid=uid
spaces list
spaces get --space-id $space
spaces update --space-id $space --title "Web team"
space-users add --space-id $space --email mikhail@example.com --role-id 06ccb31f-426b-4fa3-b7e5-861daee95696 -> mikhail=user.id
space-users list --space-id $space
space-users get --space-id $space --user-id $mikhail
space-users update --space-id $space --user-id $mikhail --role-id a431ed00-1b32-4cc7-92b6-85e4bc7de40e
boards create --space-id $space --title "Work" -> board=id lane=lanes.0.id queue=columns.0.id
boards update --space-id $space --board-id $board --description "What we do"
boards list --space-id $space
boards get --board-id $board
columns update --board-id $board --column-id $queue --title "To do"
columns create --board-id $board --title "Doing" --type 2 -> doing=id
columns create --board-id $board --title "Done" --type 3 -> done=id
columns create --board-id $board --title "Never" -> never=id
columns delete --board-id $board --column-id $never --force
columns list --board-id $board
subcolumns create --column-id $doing --title "Review" -> review=id
subcolumns update --column-id $doing --subcolumn-id $review --title "In review"
subcolumns list --column-id $doing
lanes create --board-id $board --title "Bugs" -> bugs=id
lanes update --board-id $board --lane-id $bugs --title "Defects"
lanes list --board-id $board
cards create --board-id $board --title "Search" --size-text "3 SP" -> one=id uid1=uid
cards create --board-id $board --title "Платежи" --size-text 5 -> two=id uid2=uid
cards create --board-id $board --title "Dark mode" --size-text 2 -> three=id uid3=uid
cards create --board-id $board --title "An old idea" -> four=id
cards update --card-id $one --description "Find any card in a second" --asap
cards get --card-id $one
card-tags add --card-id $one --name "urgent" -> tag=id
card-tags list --card-id $one
tags list
tags update --tag-id $tag --name "Urgent" --color 3
card-members add --card-id $one --user-id $mikhail
card-members list --card-id $one
card-members update --card-id $one --member-id $mikhail --type 2
comments create --card-id $one --text "Who takes this?" -> comment=id
comments update --card-id $one --comment-id $comment --text "I take this."
comments list --card-id $one
cards archive --card-id $four
cards list --space-id $space
cards list-all --board-id $board --selection all
cards batch-get --card-ids "[$one, $two]"
iterations create --space-uid $suid --title "Sprint 1" --goal "Ship search" --start-date 2026-01-05 --finish-date 2026-01-16 -> sprint=id
iterations create --space-uid $suid --title "Sprint 2" -> next=id
iteration-cards add --space-uid $suid --iteration-id $sprint --card-uid $uid1
iteration-cards add --space-uid $suid --iteration-id $sprint --card-uid $uid2
iteration-cards add --space-uid $suid --iteration-id $sprint --card-uid $uid3
iteration-cards remove --space-uid $suid --iteration-id $sprint --card-uid $uid3
iterations update --space-uid $suid --iteration-id $sprint --status active
cards move --card-id $one --column-id $review
cards move --card-id $one --column-id $done
iterations update --space-uid $suid --iteration-id $sprint --status closed --new-iteration-id $next -> velocity=data.velocity.size
iterations list --space-uid $suid --with-data cards
iterations get --space-uid $suid --iteration-id $sprint
iteration-cards list --space-uid $suid --iteration-id $next
card-iterations-history list --card-uid $uid2 --with-details
card-location-history get --card-id $one
card-location-history batch-get --card-ids "[$one]"
comments batch-list --card-ids "[$one]"
card-activity get --card-id $one
iterations delete --space-uid $suid --iteration-id $next
card-members remove --card-id $one --user-id $mikhail
comments delete --card-id $one --comment-id $comment
card-tags remove --card-id $one --tag-id $tag
tags create --name "later" -> later=id
tags delete --tag-id $later
cards delete --card-id $four
lanes delete --board-id $board --lane-id $bugs --force
subcolumns delete --column-id $doing --subcolumn-id $review --force
card-types list
custom-properties list
user-roles list
sprints list
spaces create --title "Elsewhere" -> other=id
boards place-existing --space-id $other --board-id $board
boards delete --space-id $space --board-id $board --force
space-users remove --space-id $space --user-id $mikhail
spaces delete --space-id $other
"""


def steps() -> list[tuple[str, dict[str, str]]]:
    """Each command line, with the names to note and the paths in its answer."""
    found = []
    for line in STORY.strip().splitlines():
        command, _, notes = line.partition(" -> ")
        found.append((command, dict(note.split("=") for note in notes.split())))
    return found


def commands() -> list[str]:
    """The commands that the story uses, as `iterations create`, each once."""
    return list(dict.fromkeys(" ".join(command.split()[:2]) for command, _ in steps()))
