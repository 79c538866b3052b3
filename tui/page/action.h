/* What a key can mean. The table of keys (ui/keys.c) names these actions, and pages handle them. */
#ifndef PAGE_ACTION_H
#define PAGE_ACTION_H

#include <stdbool.h>

enum action {
    ACT_NONE,
    ACT_QUIT,
    ACT_HELP,
    ACT_PAGE, /* shows a page; its key is in the row of that page */
    ACT_PANEL,
    ACT_UP,
    ACT_DOWN,
    ACT_LEFT,
    ACT_RIGHT,
    ACT_PAGE_UP,
    ACT_PAGE_DOWN,
    ACT_TOP,
    ACT_BOTTOM,
    ACT_FIND,
    ACT_FAULTS,
    ACT_SORT_NEXT,
    ACT_SORT_BACK,
    ACT_SORT_TURN,
    ACT_EXACT,
    ACT_MARK,
    ACT_ENTER,
    ACT_BACK,
    ACT_SECTION_BACK,
    ACT_SECTION_NEXT,
    ACT_STREAM,
    ACT_STREAMS,
    ACT_FASTER,
    ACT_SLOWER,
    ACT_RATE,
    ACT_TOPIC_NEW,
    ACT_TOPIC_DELETE,
    ACT_TOPIC_ALTER,
    ACT_RECORDS_FROM,
    ACT_PRODUCE,
    ACT_FOLLOW,
    ACT_CONNECTOR,
    ACT_PROBE,
    ACT_ACKNOWLEDGE,
    ACT_FIX,
    ACT_FIX_ALL,
    ACT_SSH,
    ACT_REFRESH,
    ACT_FREEZE,
    ACT_COPY,
    ACT_SAVE,
    ACT_COMMAND,
    ACT_REDRAW,
    ACT_ZONE,
    ACT_MOUSE,
    ACT_INCIDENT,
    ACT_REPLAY_STEP, /* these are for a recording alone */
    ACT_REPLAY_STEP_BACK,
    ACT_REPLAY_FASTER,
    ACT_REPLAY_SLOWER,
    ACT_REPLAY_NEXT,
    ACT_REPLAY_BACK,
    ACT_REPLAY_JUMP,
    ACTIONS
};

/* Whether it means something in a replay alone. */
static inline bool action_is_of_replay(enum action action)
{
    return action >= ACT_REPLAY_STEP && action <= ACT_REPLAY_JUMP;
}

#endif
