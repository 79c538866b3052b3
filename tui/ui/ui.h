/* The front end's own state: which page, what is asked, what was wished for; over one snapshot.
 *
 * Knows no terminal and no engine: what it wants done goes through struct ui_link, keys and
 * snapshots come in by calls, and it draws into a canvas. Thread: the UI's alone. */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "pintop/command.h"
#include "pintop/snapshot.h"
#include "term/canvas.h"
#include "ui/dashboard.h"
#include "ui/keys.h"
#include "widget/chart.h"
#include "widget/dialog.h"

/* What the front end asks of the rest of the program. Any of them may be NULL: then it can't. */
struct ui_link {
    void *arg;
    pt_code (*submit)(void *arg, const struct pt_command *cmd, uint64_t *id, struct pt_error *err);
    void (*quit)(void *arg);    /* called again: do not wait for the drain */
    void (*suspend)(void *arg); /* the whole process */
    void (*redraw)(void *arg);
    bool (*copy)(void *arg, const char *text);
    pt_code (*save)(void *arg, const char *name, char *path, size_t cap, struct pt_error *err);
    /* What saving would change in a file that is there; as pt_config_save_plan. */
    pt_code (*save_plan)(void *arg, const char *name, char **plan, struct pt_error *err);
    void (*connect)(void *arg, const char *servers); /* the first choice was made */
    /* These topics are on the screen. */
    void (*look_at)(void *arg, const char *const *topics, size_t n);
};

enum page_id { PAGE_OVERVIEW, PAGE_TOPICS, PAGE_CONNECTOR, PAGE_AUTH, PAGE_SETUP, PAGE_LOG, PAGES };

/* A wish that the engine has not answered; shown at once as if it had. */
struct wish {
    bool is_pending, is_wanted;
    uint64_t id;
    int64_t since_ms;
    bool is_rate_pending;
    double rate_per_s;
    uint64_t rate_id;
    int64_t rate_since_ms;
    bool is_kept, is_kept_on; /* asked for while another one is not answered: done then */
};

enum { UI_DIALOGS = 4, UI_WATCHED = 16 };

struct ui {
    struct ui_link link;
    struct looks looks;
    enum chart_form chart_form;
    int rows, cols;
    const struct pt_snapshot *snap; /* on screen; never NULL; the caller keeps it alive */
    int64_t now_ms;                 /* Unix */
    bool is_frozen;
    bool is_quitting; /* the stop has been asked for */
    int64_t stop_timeout_ms;
    enum page_id page;
    void *pages[PAGES]; /* NULL: there is no such page */
    enum action next;   /* what the command line asks for; done behind its dialog */
    struct wish wishes[PT_STREAMS];
    int n_dialogs;
    struct dialog dialogs[UI_DIALOGS];
    char status[200]; /* over the footer until status_until_ms or the next key */
    int64_t status_until_ms;
    uint64_t watched[UI_WATCHED]; /* commands whose end is told; 0 free */
    /* A change whose plan was asked for: what would be sent is shown before it is. */
    struct {
        uint64_t id; /* 0 none */
        enum pt_command_kind kind;
        char connector[256], setting[PROMPT_MAX];
        char seen[20]; /* which configuration the shown difference is from */
    } plan;
    char
        made_topic[PT_TOPIC_MAX]; /* made here: chosen once it is listed, unless a key came first */
};

/* A snapshot in which nothing is known; static. */
const struct pt_snapshot *ui_unknown_snapshot(void);

/* Errors PT_ENOMEM. */
pt_code ui_init(struct ui *ui, const struct ui_link *link, const struct looks *looks);
void ui_done(struct ui *ui);

/* Take another snapshot (the old one is no longer looked at), another size, another time. */
void ui_snapshot(struct ui *ui, const struct pt_snapshot *snap, int64_t now_ms);
void ui_size(struct ui *ui, int rows, int cols);
void ui_key(struct ui *ui, int key);
void ui_draw(const struct ui *ui, struct canvas *canvas);
/* Something that was asked for is not answered yet: look at new snapshots soon. */
bool ui_is_waiting(const struct ui *ui);

/* For SIGTSTP and Ctrl-Z: asks while a stream runs here. */
void ui_ask_suspend(struct ui *ui);

/* --- for pages, the command line and dialogs (ui/desk.c) ---------------------------------------
 */

/* The page is laid out when the key or the snapshot is done with. */
void ui_show_page(struct ui *ui, enum page_id page);
/* One line at the foot of the screen for some seconds. */
void ui_say(struct ui *ui, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* An error with its fix, to be read and closed. */
void ui_fail(struct ui *ui, const char *title, const struct pt_error *err);

/* Put a dialog on the stack; text is copied. Returns it, to fill the rest, or NULL: too many. */
struct dialog *ui_ask(struct ui *ui, enum dialog_kind kind, const char *title, const char *text,
                      dialog_done_fn done);

/* Submit. When it fails at once the error is shown, unless err is there to take it. is_told: its
 * end is told when it comes (text, or error and fix). Returns the id, 0 refused. */
uint64_t ui_submit(struct ui *ui, const struct pt_command *cmd, bool is_told, struct pt_error *err);
/* The result of a command in the snapshot on screen; NULL not there. */
const struct pt_result *ui_result(const struct ui *ui, uint64_t id);

/* ui/can.c. The stream that is selected, or -1; the topic, or NULL. */
int ui_selected_stream(const struct ui *ui);
const char *ui_selected_topic(const struct ui *ui);
/* Whether an action makes sense here and now; the footer shows only those. */
bool ui_can(const struct ui *ui, enum action action);
/* The rows of the whole screen: title, band (empty without one), body, footer. Pure. */
struct ui_frame {
    struct rect title, band, body, foot;
};
struct ui_frame ui_frame(int rows, int cols, bool has_band);
struct ui_frame ui_frame_now(const struct ui *ui);
/* Smaller than this only one line is shown. */
enum { UI_ROWS_MIN = 10, UI_COLS_MIN = 40 };

/* ui/ask.c: the questions. */
void ask_quit(struct ui *ui);
void ask_save(struct ui *ui);
void ask_topic_new(struct ui *ui);
void ask_topic_delete(struct ui *ui, const char *topic);
void ask_rate(struct ui *ui);
void ask_first(struct ui *ui); /* no cluster is named: try it here, or connect? */
/* Create it; false: refused at once, err says why. */
bool topic_create(struct ui *ui, const char *topic, struct pt_error *err);
/* ui/names.c. The topic by name in the snapshot on screen; NULL. */
const struct pt_topic *topic_find(const struct pt_snapshot *snap, const char *name);

/* ui/ask_connector.c: what can be done to the selected connector, each asked. */
void ask_connector(struct ui *ui);
/* One small object into its store, asked with what is written where, and with whose keys. */
void ask_probe(struct ui *ui);
void ask_acknowledge(struct ui *ui);
/* What a probe met, step by step, to be read and closed. */
void probe_show(struct ui *ui, const struct pt_result *result);
/* It has a store that can be asked. */
bool probe_can(const struct ui *ui);
bool acknowledge_can(const struct ui *ui);
bool connector_can(const struct ui *ui);
/* Plans that were asked for, answered by this snapshot: they become questions. */
void connector_update(struct ui *ui);
/* The connector by its id (the worst one: id NULL); NULL. */
const struct pt_connector *connector_find(const struct pt_snapshot *snap, const char *id);

/* ui/command_line.c */
void ask_command(struct ui *ui);

/* ui/help.c */
void help_show(struct ui *ui);

#endif
