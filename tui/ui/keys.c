/* The table of keys. Footer and help keep its order. */
#include "ui/keys.h"

#include "term/key.h"

static const struct binding bindings[] = {
    {{'s'}, AT_LISTS, ACT_STREAM, 2, "s", "start/stop", "start or stop the selected stream"},
    {{'S'}, AT_ALL, ACT_STREAMS, 3, "S", "start/stop all", "start or stop all streams"},
    {{'+'}, AT_LISTS, ACT_FASTER, 5, "+ - =", "rate", "faster, in steps 1, 2, 5, 10 … max"},
    {{'-'}, AT_LISTS, ACT_SLOWER, 0, "", NULL, "slower"},
    {{'='}, AT_LISTS, ACT_RATE, 0, "", NULL, "ask for the rate, also max and original"},
    {{KEY_ENTER_}, AT_LISTS, ACT_ENTER, 4, "Enter", "details", "details of the selected row"},
    {{KEY_ENTER_}, AT_DETAILS | AT_LOG, ACT_ENTER, 4, "Enter", "open", "the whole line or record"},
    {{KEY_ESC_}, AT_ALL, ACT_BACK, 0, "Esc", "back", "back; clear a filter"},
    {{'['}, AT_DETAILS, ACT_SECTION_BACK, 5, "[ ]", "section", "section before"},
    {{']'}, AT_DETAILS, ACT_SECTION_NEXT, 0, "", NULL, "next section"},
    {{'n'}, AT_LISTS, ACT_TOPIC_NEW, 7, "n", "new topic", "create a topic"},
    {{'D'}, AT_TOPICS | AT_DETAILS, ACT_TOPIC_DELETE, 8, "D", "delete", "delete this topic"},
    {{'/'}, AT_LISTS, ACT_FIND, 9, "/", "filter", "filter the list"},
    {{'/'}, AT_LOG | AT_DETAILS, ACT_FIND, 5, "/", "search", "search the text"},
    {{'n'}, AT_LOG | AT_DETAILS, ACT_FIND_NEXT, 6, "n N", "next", "next line that has it"},
    {{'N'}, AT_LOG | AT_DETAILS, ACT_FIND_BACK, 0, "", NULL, "the one before"},
    {{'r'}, AT_ALL, ACT_REFRESH, 10, "r", "refresh", "ask the cluster again now"},
    {{'p'}, AT_ALL, ACT_FREEZE, 8, "p", "freeze", "freeze the screen; the engine goes on"},
    {{'y'}, AT_ALL, ACT_COPY, 12, "y", "copy", "copy (OSC 52), and show the plain text"},
    {{'w'}, AT_ALL, ACT_SAVE, 13, "w", "save", "save the settings as a context"},
    {{':'}, AT_ALL, ACT_COMMAND, 14, ":", "command", "command line: start stop rate create …"},
    {{'1'}, AT_ALL, ACT_PAGE_1, 11, "1-6", "pages", "1 Overview"},
    {{'2'}, AT_ALL, ACT_PAGE_2, 0, "", NULL, "2 Topics"},
    {{'3'}, AT_ALL, ACT_PAGE_3, 0, "", NULL, "3 Connector (not in this version)"},
    {{'4'}, AT_ALL, ACT_PAGE_4, 0, "", NULL, "4 Auth (not in this version)"},
    {{'5'}, AT_ALL, ACT_PAGE_5, 0, "", NULL, "5 Setup (not in this version)"},
    {{'6'}, AT_ALL, ACT_PAGE_6, 0, "", NULL, "6 Log"},
    {{KEY_TAB_, KEY_BACKTAB_}, AT_ALL, ACT_PANEL, 0, "Tab", NULL, "next panel"},
    {{KEY_UP_, 'k'}, AT_ALL, ACT_UP, 0, "arrows hjkl", NULL, "up"},
    {{KEY_DOWN_, 'j'}, AT_ALL, ACT_DOWN, 0, "", NULL, "down"},
    {{KEY_LEFT_, 'h'}, AT_ALL, ACT_LEFT, 0, "", NULL, "left"},
    {{KEY_RIGHT_, 'l'}, AT_ALL, ACT_RIGHT, 0, "", NULL, "right"},
    {{KEY_PGUP_}, AT_ALL, ACT_PAGE_UP, 0, "PgUp PgDn", NULL, "a page up"},
    {{KEY_PGDN_, ' '}, AT_ALL, ACT_PAGE_DOWN, 0, "", NULL, "a page down"},
    {{'g', KEY_HOME_}, AT_ALL, ACT_TOP, 0, "g G", NULL, "to the first"},
    {{'G', KEY_END_}, AT_ALL, ACT_BOTTOM, 0, "", NULL, "to the last"},
    {{KEY_CTRL_('l')}, AT_ALL, ACT_REDRAW, 0, "Ctrl-L", NULL, "draw the screen anew"},
    {{'?', KEY_F1_}, AT_ALL, ACT_HELP, 1, "?", "help", "this help (also F1)"},
    {{'q'}, AT_ALL, ACT_QUIT, 1, "q", "quit", "quit; asks while a stream runs here"},
};

size_t keys_count(void)
{
    return sizeof bindings / sizeof *bindings;
}

const struct binding *keys_at(size_t i)
{
    return &bindings[i];
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
