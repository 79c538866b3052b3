/* The Auth page's state, shared by its files: the page (auth.c), the list of renewals
 * (auth_list.c). */
#ifndef PAGE_AUTH_H
#define PAGE_AUTH_H

#include "page/page.h"
#include "widget/listing.h"

struct auth_page {
    struct listing listing; /* of the renewals, with the newest first */
    bool is_shown;          /* there is room for it */
};

/* rows: those that are left for the renewals; below 1: none. */
void auth_list_recalc(struct auth_page *page, const struct pt_auth *auth, int rows);
void auth_list_draw(const struct auth_page *page, const struct pt_auth *auth, struct canvas *canvas,
                    struct rect area);

#endif
