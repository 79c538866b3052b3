/* The one table of keys: dispatch, footer and help come from it. */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stddef.h>

enum action {
    ACT_NONE,
    ACT_QUIT,
    ACT_HELP,
    ACT_PAGE_1,
    ACT_PAGE_2,
    ACT_PAGE_3,
    ACT_PAGE_4,
    ACT_PAGE_6,
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
    ACT_FIND_NEXT,
    ACT_FIND_BACK,
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
    ACT_CONNECTOR,
    ACT_PROBE,
    ACT_ACKNOWLEDGE,
    ACT_REFRESH,
    ACT_FREEZE,
    ACT_COPY,
    ACT_SAVE,
    ACT_COMMAND,
    ACT_REDRAW,
    ACTIONS
};

/* Where a key works. */
enum {
    AT_OVERVIEW = 1,
    AT_TOPICS = 2,
    AT_DETAILS = 4,
    AT_LOG = 8,
    AT_AUTH = 16,
    AT_LISTS = AT_OVERVIEW | AT_TOPICS,
    AT_CONNECTORS = 32, /* the list of them */
    AT_CONNECTOR = 64,
    AT_ALL = 127,
    AT_BUT_AUTH = AT_ALL & ~AT_AUTH
};

enum { BINDING_KEYS = 3 };

struct binding {
    int keys[BINDING_KEYS]; /* 0: none */
    unsigned at;
    enum action action;
    int rank;           /* in the footer: lower ones stay when it is narrow; 0 not in the footer */
    const char *shown;  /* the keys as people read them; "": told by the binding before */
    const char *footer; /* what the footer says; it may be replaced by a better word */
    const char *help;   /* NULL: told by the binding before */
};

size_t keys_count(void);
const struct binding *keys_at(size_t i);
/* The action of a key at this place; ACT_NONE when it has none. */
enum action keys_find(unsigned at, int key);
/* "x", "Ctrl-B", "Left": as people call it. */
void keys_name(int key, char *out, size_t cap);

#endif
