/* The desk: all that a page may see of the front end, and all that it may ask of it.
 *
 * A page reads the members and calls the functions. It does not know whether the front end or a
 * test provides them. Thread: the UI's alone. */
#ifndef PAGE_DESK_H
#define PAGE_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "page/screen_cost.h"
#include "pintop/command.h"
#include "pintop/snapshot.h"
#include "term/looks.h"
#include "widget/chart.h"

/* A wish: the last start, stop or rate that the operator asked of a stream. Until the engine has
 * answered, the wish is shown as if it had been carried out (page/wish_state.h). */
struct wish {
    bool is_pending, is_wanted;
    uint64_t id;
    int64_t since_ms;
    bool is_rate_pending;
    double rate_per_s;
    uint64_t rate_id;
    int64_t rate_since_ms;
    bool is_kept, is_kept_on; /* asked for during another wish: carried out after it */
};

struct desk_ops;

struct page_desk {
    const struct pt_snapshot *snap; /* on screen; never NULL */
    int64_t now_ms;                 /* Unix */
    struct looks looks;
    enum chart_form chart_form;
    struct wish wishes[PT_STREAMS];
    bool is_chosen; /* a setting was chosen in this run, and not saved since */
    char saved[64]; /* the context that the settings were saved as in this run; "" none */
    struct screen_cost cost;
    const struct desk_ops *ops;
};

/* The functions behind the desk. None may be NULL. */
struct desk_ops {
    void (*say)(struct page_desk *desk, const char *text); /* "" takes the line back */
    void (*show)(struct page_desk *desk, const char *title, const char *text);
    uint64_t (*submit)(struct page_desk *desk, const struct pt_command *cmd, struct pt_error *err);
    bool (*is_live)(const struct page_desk *desk);
    void (*look_at)(const struct page_desk *desk, const char *const *topics, size_t n);
    void (*open_topic)(struct page_desk *desk, const char *topic);
};

/* Shows one line at the foot of the screen for some seconds, or takes it back. */
void desk_say(struct page_desk *desk, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void desk_unsay(struct page_desk *desk);
/* Shows a text over the page, which can be scrolled, copied and closed. Both texts are copied. */
void desk_show(struct page_desk *desk, const char *title, const char *text);
/* Shows an error with its fix in the same way. */
void desk_fail(struct page_desk *desk, const char *title, const struct pt_error *err);

/* Submits a command, which is copied. Returns its id; 0: refused, and err says why, or the screen
 * when err is NULL. */
uint64_t desk_submit(struct page_desk *desk, const struct pt_command *cmd, struct pt_error *err);
/* The result of a command in the snapshot on screen; NULL: not there. */
const struct pt_result *desk_result(const struct page_desk *desk, uint64_t id);
/* Whether a page may refresh old data: there is an engine, the screen is not frozen, and pintop is
 * not quitting. */
bool desk_is_live(const struct page_desk *desk);
/* Tells the engine that these topics are on the screen, so that it polls them every second. */
void desk_look_at(const struct page_desk *desk, const char *const *topics, size_t n);

/* Shows the details of this topic on the page that has them. */
void desk_open_topic(struct page_desk *desk, const char *topic);

#endif
