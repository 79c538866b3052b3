/* A page: what the body of the screen shows. A page is one file with one struct of functions, and
 * one row in PAGE_ROWS. Its keys, footer, help, title and the word behind ':' are made from the
 * row. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include <stdio.h>

#include "page/action.h"
#include "page/desk.h"
#include "term/canvas.h"
#include "widget/listing.h"

struct chart_panel;

/* What a key does on this page. When everything after the action is zero, the table of keys
 * (ui/keys.c) applies. */
struct page_key {
    enum action action;
    int rank; /* in the footer: lower ranks stay when it is narrow; 0: not in the footer */
    const char *footer; /* what the footer says */
    const char *help;
};

/* The keys of every list. */
#define LISTING_KEYS                                                                               \
    {ACT_FIND}, {ACT_FAULTS}, {ACT_SORT_NEXT}, {ACT_SORT_BACK}, {ACT_SORT_TURN},                   \
    {                                                                                              \
        ACT_EXACT                                                                                  \
    }

/* One view of a page, with its own keys. */
struct page_place {
    const char *name; /* its name in the list of all keys */
    /* In the order of the footer, ended by ACT_NONE. A key that works everywhere may be among them,
     * with other words. */
    const struct page_key *keys;
};

/* A function may be NULL unless its comment says otherwise. */
struct page_ops {
    void *(*new)(void);        /* never NULL; returns NULL when out of memory */
    void (*free)(void *state); /* never NULL */
    /* Called after every snapshot, key and resize: makes rows and strings from desk->snap, and
     * keeps the selection by name. body: where the page will be drawn. Never NULL. */
    void (*recalc)(void *state, struct page_desk *desk, struct rect body);
    /* Only draws. Never NULL. */
    void (*draw)(const void *state, const struct page_desk *desk, struct canvas *canvas,
                 struct rect body);
    /* Writes what follows the page's name in the title. */
    void (*title)(const void *state, const struct page_desk *desk, char *out, size_t cap);
    /* The views of the page, each with the keys that it takes besides those that work everywhere. A
     * NULL name ends them. */
    const struct page_place *places;
    /* The index of the view that is shown; NULL: the first. */
    size_t (*place)(const void *state);
    /* Handles an action. False: the page does not handle it; for ACT_BACK the first page is then
     * shown. */
    bool (*act)(void *state, struct page_desk *desk, enum action action);
    /* Whether an action makes sense now: the footer shows only those. NULL: always. */
    bool (*can)(const void *state, const struct page_desk *desk, enum action action);
    /* The footer's word for an action right now. When the function is NULL or returns NULL, the
     * word of its keys applies. */
    const char *(*foot)(const void *state, enum action action);
    /* The id of the selected connector, or NULL. */
    const char *(*connector)(const void *state);
    /* The id of the selected check of the setup, or NULL. */
    const char *(*check)(const void *state);
    /* The selected stream, or -1; the selected topic, or NULL. */
    int (*stream)(const void *state, const struct page_desk *desk);
    const char *(*topic)(const void *state);
    /* Writes the names of the marked topics, and returns how many there are. */
    int (*marked)(const void *state, const struct page_desk *desk,
                  const char *names[LISTING_MARKS_MAX]);
    /* The setting of that topic that is selected, "KEY=VALUE" and then perhaps other lines; NULL:
     * none is. */
    const char *(*setting)(const void *state);
    /* The next recalc selects this topic, if it has a row. */
    void (*choose)(void *state, const char *topic);
    /* Show this topic's details. */
    void (*open_topic)(void *state, struct page_desk *desk, const char *topic);
    /* Shows the records of the topic that is open from a place on: is_at, is_from and what belongs
     * to them are set. */
    void (*records_from)(void *state, struct page_desk *desk, const struct pt_command *place);
    /* The place of the record that is selected. False: none is. */
    bool (*record)(const void *state, int32_t *partition, int64_t *offset);
    /* The list that the keys act on now (widget/listing.h); NULL: none. Its place has LISTING_KEYS
     * among its keys. */
    struct listing *(*listing)(void *state);
    /* Its chart, whose span and figure are remembered. NULL: it has none. */
    struct chart_panel *(*chart)(void *state);
    /* Has the keys act on another of its lists, which is on the screen. NULL: there is one. */
    void (*focus)(void *state, const struct listing *listing);
    /* Writes what `y` copies, uncut. False: there is nothing to copy. */
    bool (*copy)(const void *state, const struct page_desk *desk, FILE *out);
    bool shows_cost; /* what the screen costs (desk->cost), which is measured more often then */
};

struct page {
    int key;          /* a character, like '1' */
    const char *name; /* in the title */
    const char *word; /* behind ':' */
    const struct page_ops *ops;
};

/* The pages in the order of their keys; pintop starts with the first one. */
#define PAGE_ROWS(row)                                                                             \
    row('1', "Overview", "overview", page_overview) row('2', "Topics", "topics", page_topics)      \
        row('3', "Connector", "connector", page_connector) row('4', "Auth", "auth", page_auth)     \
            row('5', "Setup", "setup", page_setup) row('6', "Log", "log", page_log)                \
                row('7', "Brokers", "brokers", page_brokers)

#define PAGE_DECLARE(key, name, word, ops) extern const struct page_ops ops;
PAGE_ROWS(PAGE_DECLARE)
#undef PAGE_DECLARE

enum { PAGES_MAX = 16 };

struct page_table {
    const struct page *rows;
    size_t n; /* 1 … PAGES_MAX */
};

extern const struct page_table page_table;

/* Their keys as people read them, "1-4 6"; and with their names: "1 Overview, 2 Topics, …". */
void pages_keys(const struct page_table *table, char *out, size_t cap);
void pages_names(const struct page_table *table, char *out, size_t cap);

#endif
