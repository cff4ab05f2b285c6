"""Everything wrong with a flow, for the canvas and for activation: one module per kind of finding.

Errors stop activation, warnings and information do not. Each finding is at its node and, where there is one, its field.

| code | severity | when |
|---|---|---|
| `required` | error | a field that must be filled in is empty |
| `bad_regex` | error | a pattern cannot be read, or needs what cannot be searched in bounded time |
| `bad_path` | error | the field of a rule is no path |
| `bad_name` | error | a variable or contact field has a name that templates cannot read |
| `bad_url` | error | a web address does not begin with http:// or https:// |
| `bad_header` | error | the name of an HTTP header has other signs than it may |
| `bad_time` | error | a time of day cannot be read |
| `bad_timezone` | error | there is no such time zone |
| `bad_cron` | error | a schedule cannot be read, or names a day there is not |
| `too_often` | error | a schedule runs more often than every 15 minutes |
| `bad_range` | error | a question's least number is more than its most |
| `bad_region` | error | a question's country is none |
| `duplicate_option` | error | two choices of a question have one id |
| `no_weight` | error | no way of a random split has a weight |
| `tag_and_field` | error | a change of a tag and of a field are listened to at once |
| `bad_emoji` | error | a reaction is no single emoji |
| `too_long` | error | a wait over a year, or a request body over 20,000 characters |
| `blocked_address` | error | an address to call is not http or https, or its host is private in whatever notation |
| `broken_reference` | error | a field names a flow or member that the workspace has not |
| `no_start` | error | there is neither a trigger node nor a step without an edge to it |
| `loop_without_wait` | error | a ring of steps in which no run ever waits for a person or a time |
| `subflow_loop` | error | a sub-flow leads back into the flow before a run waits |
| `subflow_depth` | warning | a sub-flow leads back into the flow, after a wait: ten rounds, then the run fails |
| `flow_not_active` | warning | the flow to start or go through is there but not active |
| `bad_template` | warning | a {{…}} cannot be read and stays as written |
| `starts_on_any` | warning | there is no trigger node, so any message starts the flow |
| `unreachable` | warning | no run can come to the node |
| `note_connected` | warning | an edge leads into a note |
| `variable_never_set` | warning | a variable is read that nothing in the flow sets |
| `variable_unset` | warning | a variable is read that the flow sets, but on no way to the node |
| `no_response_yet` | warning | `response` is read where no way has called an API before |
| `window_closed` | warning | the messaging window may be closed when a run comes to a step that speaks |
| `window_not_open` | warning | after a comment: the private reply is spent and the person has not answered |
| `private_reply_one_message` | warning | the private reply to a comment would be several messages |
| `keyword_clash` | warning | another active flow listens to the same |
| `both_choices` | warning | quick replies and buttons in one message |
| `bare_card` | error | a card has nothing but a title |
| `media_type` | warning | by its address a medium is of a kind that Instagram refuses |
| `one_split` | warning | a random split has one way |
| `long_title` | warning | a title is longer than Instagram shows |
| `variable_maybe_unset` | info | a variable is read that only some of the ways here set |
| `split_text` | info | a text is over the limit of one message, so it is sent in parts |
| `trigger_clash` | info | two trigger nodes of the flow listen to the same: the first wins |
| `unconnected_exit` | info | nothing is connected to an exit: the run ends there |

Malformed flows cannot be stored at all; they get only these, all errors:

| code | when |
|---|---|
| `wrong_type` | another JSON type than the field has |
| `unknown_type` | no such node, action or trigger |
| `unknown_value` | none of the values a choice has |
| `over_limit` | a text too long, a number out of bounds, too many entries, nodes or edges |
| `bad_value` | a value that cannot be stored or read |
| `duplicate_id` | two nodes have one id |
| `duplicate_exit` | two exits of a node have one id |
| `dangling_edge` | an edge from or to a node that is not there |
| `unknown_exit` | an edge from an exit that its node has not |
| `exit_taken` | a second edge from one exit |
"""

from __future__ import annotations

from .known import Known, members_of
from .standing import Standing, WindowState, window_states
from .validate import validate_flow

__all__ = ["Known", "Standing", "WindowState", "members_of", "validate_flow", "window_states"]
