/* The table of keys: dispatch, footer and help come from it, and from the keys of each page (struct
 * page_key). */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "page/page.h"

enum { BINDING_KEYS = 3, KEYS_HERE_MAX = 64 };

struct binding {
    int keys[BINDING_KEYS]; /* 0: none */
    enum action action;
    bool is_everywhere; /* on every page; otherwise only where the page has it among its keys */
    int rank;          /* in the footer: lower ranks stay when it is narrow; 0: not in the footer */
    const char *shown; /* the keys as people read them; "": shown with the binding before */
    const char *footer; /* the footer's word, which a page may replace by a better one */
    const char *help;   /* NULL: explained with the binding before */
};

/* The action of a key on a page with these keys of its own (NULL: none); ACT_NONE: the key does
 * nothing there. is_replay: a key that has another meaning in a replay has that one. */
enum action keys_find(const struct page_key *own, int key, bool is_replay);

/* A key as the footer and the help show it at one place. */
struct key_here {
    const struct binding *binding;
    int rank;
    const char *footer, *help;
};

/* The keys that work on a page with these keys of its own: first those, in their order, then the
 * others. Returns how many. */
size_t keys_here(const struct page_key *own, struct key_here out[KEYS_HERE_MAX]);

/* The name of a key: "x", "Ctrl-B", "Left". */
void keys_name(int key, char *out, size_t cap);

#endif
