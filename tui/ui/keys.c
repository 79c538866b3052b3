/* The table of keys. Footer and help keep its order. */
#include "ui/keys.h"

#include <stdio.h>

#include "term/key.h"

static const struct binding bindings[] = {
    {{'s'},                    AT_LISTS,                           ACT_STREAM,       2,  "s",           "start/stop",     "start or stop the selected stream"                                   },
    {{'S'},                    AT_ALL,                             ACT_STREAMS,      5,  "S",           "start/stop all", "start or stop all streams"                                           },
    {{'+'},
     AT_LISTS,                                                     ACT_FASTER,
     6,                                                                                  "+ - =",
     "rate",                                                                                                              "faster, slower in steps 1, 2, 5 … max; = asks"                     },
    {{'-'},                    AT_LISTS,                           ACT_SLOWER,       0,  "",            NULL,             NULL                                                                  },
    {{'='},                    AT_LISTS,                           ACT_RATE,         0,  "",            NULL,             NULL                                                                  },
    {{KEY_ENTER_},             AT_LISTS,                           ACT_ENTER,        4,  "Enter",       "details",        "details of what > marks"                                             },
    {{KEY_ENTER_},             AT_AUTH,                            ACT_ENTER,        4,  "Enter",       "in full",        "all that is said, folded"                                            },
    {{KEY_ENTER_},             AT_DETAILS | AT_LOG,                ACT_ENTER,        4,  "Enter",       "open",           "the whole line or record"                                            },
    {{'c'},
     AT_OVERVIEW | AT_CONNECTORS | AT_CONNECTOR,
     ACT_CONNECTOR,                                                                  3,
     "c",                                                                                               "actions",
     "actions of the connector: restart, test a write, …"                                                                                                                                     },
    {{'W'},
     AT_CONNECTORS | AT_CONNECTOR,
     ACT_PROBE,                                                                      7,
     "W",                                                                                               "test write",
     "test whether its store takes a write; asks first"                                                                                                                                         },
    {{'a'},
     AT_CONNECTORS | AT_CONNECTOR,
     ACT_ACKNOWLEDGE,                                                                6,
     "a",                                                                                               "acknowledge",
     "acknowledge what it has lost; asks first"                                                                                                                                                 },
    {{KEY_ENTER_},             AT_CONNECTORS,                      ACT_ENTER,        4,  "Enter",       "open",           "that connector"                                                      },
    {{KEY_ENTER_},
     AT_CONNECTOR,                                                 ACT_ENTER,
     4,                                                                                  "Enter",
     "fill",                                                                                                              "fill the screen, then the whole line; in Lag the record it stands at"},
    {{KEY_ESC_},               AT_CONNECTORS | AT_CONNECTOR,       ACT_BACK,         6,  "Esc",         "back",           "back"                                                                },
    {{KEY_ESC_},               AT_DETAILS,                         ACT_BACK,         6,  "Esc",         "back",           "back to the list"                                                    },
    {{KEY_ESC_},
     AT_LISTS | AT_LOG | AT_AUTH,
     ACT_BACK,                                                                       0,
     "Esc",                                                                                             NULL,
     "back; drop the filter or search"                                                                                                                                                          },
    {{'['},
     AT_DETAILS | AT_CONNECTOR,
     ACT_SECTION_BACK,                                                               5,
     "[ ]",                                                                                             "section",
     "section before, next section"                                                                                                                                                             },
    {{']'},                    AT_DETAILS | AT_CONNECTOR,          ACT_SECTION_NEXT, 0,  "",            NULL,             NULL                                                                  },
    {{'n'},                    AT_LISTS,                           ACT_TOPIC_NEW,    8,  "n",           "new topic",      "create a topic"                                                      },
    {{'D'},                    AT_TOPICS | AT_DETAILS,             ACT_TOPIC_DELETE, 7,  "D",           "delete",         "delete this topic, asks"                                             },
    {{'/'},                    AT_LISTS | AT_CONNECTORS,           ACT_FIND,         9,  "/",           "filter",         "filter the list"                                                     },
    {{'/'},                    AT_LOG | AT_DETAILS | AT_CONNECTOR, ACT_FIND,         8,  "/",           "search",         "search the text"                                                     },
    {{'n'},
     AT_LOG | AT_DETAILS | AT_CONNECTOR,
     ACT_FIND_NEXT,                                                                  9,
     "n N",                                                                                             "next",
     "next line that has it, the one before"                                                                                                                                                    },
    {{'N'},                    AT_LOG | AT_DETAILS | AT_CONNECTOR, ACT_FIND_BACK,    0,  "",            NULL,             NULL                                                                  },
    {{'r'},                    AT_AUTH,                            ACT_REFRESH,      2,  "r",           "renew now",      "new AWS keys and a new token now"                                    },
    {{'y'},                    AT_AUTH,                            ACT_COPY,         3,  "y",           "copy ARN",       "copy the caller ARN"                                                 },
    {{'r'},
     AT_BUT_AUTH,                                                  ACT_REFRESH,
     10,                                                                                 "r",
     "refresh",                                                                                                           "ask again now; also new AWS keys and a new token"                    },
    {{'p'},                    AT_ALL,                             ACT_FREEZE,       8,  "p",           "freeze",         "freeze the screen; the engine goes on"                               },
    {{'y'},                    AT_BUT_AUTH,                        ACT_COPY,         12, "y",           "copy",           "copy (OSC 52), and show the plain text"                              },
    {{'w'},                    AT_ALL,                             ACT_SAVE,         13, "w",           "save",           "save the settings as a context"                                      },
    {{':'},                    AT_ALL,                             ACT_COMMAND,      14, ":",           "command",        "start stop rate create delete topic chart …"                       },
    {{'1'},
     AT_ALL,                                                       ACT_PAGE_1,
     11,                                                                                 "1-4 6",
     "pages",                                                                                                             "1 Overview, 2 Topics, 3 Connector, 4 Auth, 6 Log"                    },
    {{'2'},                    AT_ALL,                             ACT_PAGE_2,       0,  "",            NULL,             NULL                                                                  },
    {{'3'},                    AT_ALL,                             ACT_PAGE_3,       0,  "",            NULL,             NULL                                                                  },
    {{'4'},                    AT_ALL,                             ACT_PAGE_4,       0,  "",            NULL,             NULL                                                                  },
    {{'6'},                    AT_ALL,                             ACT_PAGE_6,       0,  "",            NULL,             NULL                                                                  },
    {{KEY_TAB_, KEY_BACKTAB_},
     AT_OVERVIEW,                                                  ACT_PANEL,
     3,                                                                                  "Tab",
     "verdict",                                                                                                           "to the verdict, the events, back to the topics"                      },
    {{KEY_TAB_, KEY_BACKTAB_},
     AT_ALL & ~AT_OVERVIEW,
     ACT_PANEL,                                                                      0,
     "Tab",                                                                                             NULL,
     "next panel or section"                                                                                                                                                                    },
    {{KEY_UP_, 'k'},
     AT_ALL,                                                       ACT_UP,
     0,                                                                                  "arrows hjkl",
     NULL,                                                                                                                "move; PgUp PgDn by a page, g G to the ends"                          },
    {{KEY_DOWN_, 'j'},         AT_ALL,                             ACT_DOWN,         0,  "",            NULL,             NULL                                                                  },
    {{KEY_LEFT_, 'h'},         AT_ALL,                             ACT_LEFT,         0,  "",            NULL,             NULL                                                                  },
    {{KEY_RIGHT_, 'l'},        AT_ALL,                             ACT_RIGHT,        0,  "",            NULL,             NULL                                                                  },
    {{KEY_PGUP_},              AT_ALL,                             ACT_PAGE_UP,      0,  "",            NULL,             NULL                                                                  },
    {{KEY_PGDN_, ' '},         AT_ALL,                             ACT_PAGE_DOWN,    0,  "",            NULL,             NULL                                                                  },
    {{'g', KEY_HOME_},         AT_ALL,                             ACT_TOP,          0,  "",            NULL,             NULL                                                                  },
    {{'G', KEY_END_},          AT_ALL,                             ACT_BOTTOM,       0,  "",            NULL,             NULL                                                                  },
    {{KEY_CTRL_('l')},         AT_ALL,                             ACT_REDRAW,       0,  "Ctrl-L",      NULL,             "draw the screen anew"                                                },
    {{'?', KEY_F1_},           AT_ALL,                             ACT_HELP,         1,  "?",           "help",           "this help (also F1)"                                                 },
    {{'q'},                    AT_ALL,                             ACT_QUIT,         1,  "q",           "quit",           "quit; asks while a stream runs here"                                 },
};

size_t keys_count(void)
{
    return sizeof bindings / sizeof *bindings;
}

const struct binding *keys_at(size_t i)
{
    return &bindings[i];
}

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
        {KEY_F1_,        "F1"       },
        {KEY_BACKSPACE_, "Backspace"},
        {KEY_DELETE_,    "Delete"   },
        {' ',            "Space"    }
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].key == key) {
            snprintf(out, cap, "%s", names[i].name);
            return;
        }
    if (key > 0 && key < 0x20)
        snprintf(out, cap, "Ctrl-%c", key + 0x40);
    else if (key > 0x20 && key < 0x7f)
        snprintf(out, cap, "%c", key);
    else
        snprintf(out, cap, "That key");
}

enum action keys_find(unsigned at, int key)
{
    if (key <= 0)
        return ACT_NONE;
    for (size_t i = 0; i < keys_count(); i++)
        for (int k = 0; k < BINDING_KEYS; k++)
            if (bindings[i].keys[k] == key && (bindings[i].at & at) != 0)
                return bindings[i].action;
    return ACT_NONE;
}
