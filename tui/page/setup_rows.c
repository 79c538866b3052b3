/* The checks of the Setup page: which one a row stands for, and how many there are of each state.
 */
#include <stdio.h>
#include <string.h>

#include "page/setup.h"
#include "widget/format.h"

const struct setup_row *setup_row_selected(const struct setup_page *page)
{
    int row = listing_selected(&page->listing);
    return row >= 0 && row < page->n_rows ? &page->rows[row] : NULL;
}

const struct pt_check *setup_selected_check(const struct setup_page *page,
                                            const struct pt_setup_section *setup)
{
    const struct setup_row *row = setup_row_selected(page);
    return row != NULL && (size_t)row->first < setup->n_checks ? &setup->checks[row->first] : NULL;
}

const struct pt_check *setup_check_named(const struct pt_setup_section *setup, const char *id)
{
    for (size_t i = 0; i < setup->n_checks; i++)
        if (strcmp(setup->checks[i].id, id) == 0)
            return &setup->checks[i];
    return NULL;
}

static int setup_count(const struct pt_setup_section *s, enum pt_check_state state)
{
    int n = 0;
    for (size_t i = 0; i < s->n_checks; i++)
        n += s->checks[i].state == state;
    return n;
}

void setup_counts(const struct pt_setup_section *s, char *out, size_t cap)
{
    if (s->begun_ms == PT_UNKNOWN) {
        snprintf(out, cap, "not checked yet");
        return;
    }
    int waiting = setup_count(s, PT_CHECK_WAITING) + setup_count(s, PT_CHECK_RUNNING);
    int len = snprintf(out, cap, "%d ok, %d failed, %d unknown", setup_count(s, PT_CHECK_OK),
                       setup_count(s, PT_CHECK_FAIL), setup_count(s, PT_CHECK_UNKNOWN));
    if (len < 0 || (size_t)len >= cap)
        return;
    if (s->is_running)
        snprintf(out + len, cap - (size_t)len, "  checking, %d to go", waiting);
    else if (s->error[0] != '\0')
        snprintf(out + len, cap - (size_t)len, "  not finished: %.60s", s->error);
    else
        snprintf(out + len, cap - (size_t)len, "  checked %s", show_second(s->ended_ms).s);
}
