/* The table of keys. Footer and help keep its order. */
#include "ui/keys.h"

#include <stdio.h>

#include "term/key.h"

static const struct binding bindings[] = {
    {{'s'},                       ACT_STREAM,           false, 2,  "s",           "start/stop",     "start or stop the selected stream"                                       },
    {{'S'},                       ACT_STREAMS,          true,  5,  "S",           "start/stop all", "start or stop all streams"                                               },
    {{'+', KEY_F_(8)},
     ACT_FASTER,                                        false,
     6,                                                            "+ - =",
     "rate",                                                                                        "faster, slower (F8, F7) by 1, 2, 5 … max; = asks"                      },
    {{'-', KEY_F_(7)},            ACT_SLOWER,           false, 0,  "",            NULL,             NULL                                                                      },
    {{'='},                       ACT_RATE,             false, 0,  "",            NULL,             NULL                                                                      },
    {{KEY_ENTER_},                ACT_ENTER,            false, 4,  "Enter",       "details",        "details of what > marks"                                                 },
    {{'c'},
     ACT_CONNECTOR,                                     false,
     3,                                                            "c",
     "actions",                                                                                     "actions of the connector: restart, test a write, …"                    },
    {{'W'},
     ACT_PROBE,                                         false,
     7,                                                            "W",
     "test write",                                                                                  "test whether its store takes a write; asks first"                        },
    {{'a'},
     ACT_ACKNOWLEDGE,                                   false,
     6,                                                            "a",
     "acknowledge",                                                                                 "acknowledge what it has lost; asks first"                                },
    {{'o'},
     ACT_RECORDS_FROM,                                  false,
     7,                                                            "o",
     "from",                                                                                        "records from an offset or a time, the oldest, the newest"                },
    {{'P'},
     ACT_PRODUCE,                                       false,
     9,                                                            "P",
     "produce",                                                                                     "produce one record by hand, in your editor; asks first"                  },
    {{'f'},                       ACT_FOLLOW,           false, 9,  "f",           "follow",         "the newest records, every second"                                        },
    {{'f'},                       ACT_FIX,              false, 3,  "f",           "fix this",       "have pintop fix what a check found; asks first"                          },
    {{'F'},
     ACT_FIX_ALL,                                       false,
     4,                                                            "F",
     "fix all",                                                                                     "fix what can be fixed, one by one; each asks first"                      },
    {{'!'},                       ACT_SSH,              true,  0,  "!",           NULL,             "SSH to the EC2 host; the dashboard comes back"                           },
    {{KEY_ESC_},                  ACT_BACK,             true,  6,  "Esc",         "back",           "back"                                                                    },
    {{'['},                       ACT_SECTION_BACK,     false, 5,  "[ ]",         "section",        "section before, next section"                                            },
    {{']'},                       ACT_SECTION_NEXT,     false, 0,  "",            NULL,             NULL                                                                      },
    {{'n'},                       ACT_TOPIC_NEW,        false, 8,  "n",           "new topic",      "create a topic"                                                          },
    {{'e'},
     ACT_TOPIC_ALTER,                                   false,
     10,                                                           "e",
     "change",                                                                                      "change this topic: partitions, a setting; asks first"                    },
    {{'D'},                       ACT_TOPIC_DELETE,     false, 7,  "D",           "delete",         "delete this topic, asks"                                                 },
    {{'/', KEY_F_(3), KEY_F_(4)},
     ACT_FIND,                                          false,
     8,                                                            "/",
     "filter",                                                                                      "filter as you type (also F3, F4); Esc shows all rows"                    },
    {{'Z'},                       ACT_FAULTS,           false, 11, "Z",           "faults",         "show faults only, or all rows again"                                     },
    {{'>', ')'},
     ACT_SORT_NEXT,                                     false,
     12,                                                           "> <",
     "sort",                                                                                        "sort by the next column, the one before; replay: ) ("                    },
    {{'<', '('},                  ACT_SORT_BACK,        false, 0,  "",            NULL,             NULL                                                                      },
    {{'I'},                       ACT_SORT_TURN,        false, 0,  "I",           NULL,             "reverse the order of the list"                                           },
    {{'E'},                       ACT_EXACT,            false, 0,  "E",           NULL,             "exact figures: all columns of the row, none rounded"                     },
    {{' '},
     ACT_MARK,                                          false,
     9,                                                            "Space",
     "mark",                                                                                        "mark the row, or take its mark away; a change then takes all marked ones"},
    {{'r', KEY_F_(5)},
     ACT_REFRESH,                                       true,
     10,                                                           "r",
     "refresh",                                                                                     "refresh now (also F5); renew credentials and token too"                  },
    {{'p'},                       ACT_FREEZE,           true,  8,  "p",           "freeze",         "freeze the screen; the engine goes on"                                   },
    {{'y'},                       ACT_COPY,             true,  12, "y",           "copy",           "copy (OSC 52), and show the plain text"                                  },
    {{'x'},
     ACT_INCIDENT,                                      true,
     15,                                                           "x",
     "incident",                                                                                    "write the incident file: what is wrong, for a colleague"                 },
    {{'w'},                       ACT_SAVE,             true,  13, "w",           "save",           "save the settings as a context"                                          },
    {{':'},
     ACT_COMMAND,                                       true,
     14,                                                           ":",
     "command",                                                                                     "start stop rate topic context theme …; Tab completes"                  },
    {{'.'},
     ACT_REPLAY_STEP,                                   true,
     2,                                                            ". ,",
     "step",                                                                                        "in a replay: one snapshot on, or back; p plays, or pauses"               },
    {{','},                       ACT_REPLAY_STEP_BACK, true,  0,  "",            NULL,             NULL                                                                      },
    {{'>'},                       ACT_REPLAY_FASTER,    true,  3,  "> <",         "speed",          "in a replay: faster, slower"                                             },
    {{'<'},                       ACT_REPLAY_SLOWER,    true,  0,  "",            NULL,             NULL                                                                      },
    {{'}'},
     ACT_REPLAY_NEXT,                                   true,
     3,                                                            "} {",
     "event",                                                                                       "in a replay: next event or verdict, one before"                          },
    {{'{'},                       ACT_REPLAY_BACK,      true,  0,  "",            NULL,             NULL                                                                      },
    {{'t'},                       ACT_REPLAY_JUMP,      true,  4,  "t",           "time",           "in a replay: go to a time"                                               },
 /* The keys of the pages are in the pages' rows, and what is shown here is made from those. */
    {{0},                         ACT_PAGE,             true,  11, "pages",       "pages",          "pages"                                                                   },
    {{KEY_TAB_, KEY_BACKTAB_},    ACT_PANEL,            true,  0,  "Tab",         NULL,             "next panel or section"                                                   },
    {{KEY_UP_, 'k'},
     ACT_UP,                                            true,
     0,                                                            "arrows hjkl",
     NULL,                                                                                          "move; PgUp PgDn by a page, g G Home End to the ends"                     },
    {{KEY_DOWN_, 'j'},            ACT_DOWN,             true,  0,  "",            NULL,             NULL                                                                      },
    {{KEY_LEFT_, 'h'},            ACT_LEFT,             true,  0,  "",            NULL,             NULL                                                                      },
    {{KEY_RIGHT_, 'l'},           ACT_RIGHT,            true,  0,  "",            NULL,             NULL                                                                      },
    {{KEY_PGUP_},                 ACT_PAGE_UP,          true,  0,  "",            NULL,             NULL                                                                      },
    {{KEY_PGDN_},                 ACT_PAGE_DOWN,        true,  0,  "",            NULL,             NULL                                                                      },
    {{'g', KEY_HOME_},            ACT_TOP,              true,  0,  "",            NULL,             NULL                                                                      },
    {{'G', KEY_END_},             ACT_BOTTOM,           true,  0,  "",            NULL,             NULL                                                                      },
    {{'t', 'T'},
     ACT_ZONE,                                          true,
     0,                                                            "t",
     NULL,                                                                                          "times in UTC (with a Z) or in local time; replay: T"                     },
    {{'m'},                       ACT_MOUSE,            true,  0,  "m",           NULL,             "mouse on: click, wheel; off again: select text"                          },
    {{KEY_CTRL_('l')},            ACT_REDRAW,           true,  0,  "Ctrl-L",      NULL,             "redraw the screen"                                                       },
    {{'?', KEY_F1_},              ACT_HELP,             true,  1,  "?",           "help",           "this help (also F1)"                                                     },
    {{'q', KEY_F10_},
     ACT_QUIT,                                          true,
     1,                                                            "q",
     "quit",                                                                                        "quit (also F10); asks while a stream runs here"                          },
};

enum { BINDINGS = sizeof bindings / sizeof *bindings };

void keys_name(int key, char *out, size_t cap)
{
    static const struct {
        int key;
        const char *name;
    } names[] = {
        {KEY_TAB_,       "Tab"      },
        {KEY_BACKTAB_,   "Shift-Tab"},
        {KEY_ENTER_,     "Enter"    },
        {KEY_ESC_,       "Esc"      },
        {KEY_UP_,        "Up"       },
        {KEY_DOWN_,      "Down"     },
        {KEY_LEFT_,      "Left"     },
        {KEY_RIGHT_,     "Right"    },
        {KEY_PGUP_,      "PgUp"     },
        {KEY_PGDN_,      "PgDn"     },
        {KEY_HOME_,      "Home"     },
        {KEY_END_,       "End"      },
        {KEY_BACKSPACE_, "Backspace"},
        {KEY_DELETE_,    "Delete"   },
        {' ',            "Space"    }
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].key == key) {
            snprintf(out, cap, "%s", names[i].name);
            return;
        }
    if (key >= KEY_F1_ && key <= KEY_F10_) {
        snprintf(out, cap, "F%d", key - KEY_F1_ + 1);
        return;
    }
    if (key > 0 && key < 0x20)
        snprintf(out, cap, "Ctrl-%c", key + 0x40);
    else if (key > 0x20 && key < 0x7f)
        snprintf(out, cap, "%c", key);
    else
        snprintf(out, cap, "That key");
}

static bool keys_has(const struct page_key *own, enum action action)
{
    for (; own != NULL && own->action != ACT_NONE; own++)
        if (own->action == action)
            return true;
    return false;
}

static bool binding_has(const struct binding *binding, int key)
{
    for (int k = 0; k < BINDING_KEYS; k++)
        if (binding->keys[k] == key)
            return true;
    return false;
}

enum action keys_find(const struct page_key *own, int key, bool is_replay)
{
    enum action other = ACT_NONE; /* a replay's key without a replay, or the other way round */
    if (key <= 0)
        return ACT_NONE;
    for (size_t i = 0; i < BINDINGS; i++) {
        enum action action = bindings[i].action;
        if (!binding_has(&bindings[i], key) ||
            !(bindings[i].is_everywhere || keys_has(own, action)))
            continue;
        if (action_is_of_replay(action) == is_replay)
            return action;
        other = other == ACT_NONE ? action : other;
    }
    return other;
}

static const struct binding *keys_of(enum action action)
{
    for (size_t i = 0; i < BINDINGS; i++)
        if (bindings[i].action == action)
            return &bindings[i];
    return NULL;
}

/* The key as the table has it. */
static struct key_here key_plain(const struct binding *binding)
{
    return (struct key_here){binding, binding->rank, binding->footer, binding->help};
}

size_t keys_here(const struct page_key *own, struct key_here out[KEYS_HERE_MAX])
{
    size_t n = 0;
    for (const struct page_key *key = own;
         key != NULL && key->action != ACT_NONE && n < KEYS_HERE_MAX; key++) {
        const struct binding *binding = keys_of(key->action);
        if (binding == NULL)
            continue;
        out[n++] = key->help == NULL
                       ? key_plain(binding)
                       : (struct key_here){binding, key->rank, key->footer, key->help};
    }
    for (size_t i = 0; i < BINDINGS && n < KEYS_HERE_MAX; i++)
        if (bindings[i].is_everywhere && !keys_has(own, bindings[i].action))
            out[n++] = key_plain(&bindings[i]);
    return n;
}
