/* How often the dashboard is drawn, and what that costs: it asks the terminal for its round trip,
 * keeps the facts that term/pacing.h decides by, and gives the figures to the pages. Thread: the
 * UI's. */
#ifndef UI_REFRESH_H
#define UI_REFRESH_H

#include "term/meter.h"
#include "term/pacing.h"
#include "term/screen.h"
#include "ui/ui.h"

struct refresh {
    int64_t begun_ms, updated_ms, key_ms; /* monotonic; updated_ms: when data was drawn last */
    int64_t shown_ms;                     /* when the figures were given to the pages last */
    struct meter meter;
    struct pacing calm, eager; /* of the last refresh_plan; eager: what is newer is shown soon */
    bool has_eager, is_slow_told;
};

struct refresh_wants {
    int64_t calm_ms, eager_ms; /* between two updates; eager_ms PT_UNKNOWN: none is eager */
    bool is_urgent;            /* pintop ends or starts again */
    bool is_dirty;             /* something besides data is to be drawn */
};

void refresh_begin(struct refresh *refresh);
/* Data is due at once, whatever was drawn last. */
void refresh_now(struct refresh *refresh);

/* Decides what is due now. Returns how long nothing will be. */
int64_t refresh_plan(struct refresh *refresh, const struct screen *screen,
                     const struct refresh_wants *wants);
/* Whether newer data may be drawn, at the calm pace and at the eager one; and whether anything may
 * be drawn. */
bool refresh_is_due(const struct refresh *refresh);
bool refresh_is_eager_due(const struct refresh *refresh);
bool refresh_may_draw(const struct refresh *refresh);

/* Data was taken and is about to be drawn: asks the terminal when it is time to, and gives the
 * figures to the pages. */
void refresh_update(struct refresh *refresh, struct screen *screen, struct ui *ui);

/* Whether the terminal is to be asked now; is_alone: although nothing else may be sent. Pure. */
bool refresh_must_ask(const struct screen_link *link, int64_t begun_ms, int64_t now_ms,
                      bool is_looked_at, bool is_slow, bool *is_alone);

#endif
