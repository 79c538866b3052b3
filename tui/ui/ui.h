/* The front end's own state: the page, the dialogs and the wishes, over one snapshot.
 *
 * It knows no terminal, and an engine only as a pt_link. What else it needs goes through struct
 * ui_host. Keys and snapshots arrive by calls (ui/dispatch.h), and it draws into a canvas
 * (ui/frame.h). Pages see only its desk. Thread: the UI's alone. */
#ifndef UI_UI_H
#define UI_UI_H

#include <stdbool.h>
#include <stdint.h>

#include "page/page.h"
#include "pintop/command.h"
#include "pintop/config.h"
#include "pintop/context.h"
#include "pintop/link.h"
#include "ui/unknown.h"
#include "ui/view_text.h"
#include "widget/dialog.h"

/* A setting that the user may choose. */
struct ui_choice {
    char setting[400], shown[200]; /* "KEY=VALUE"; the value and what is known of it */
};

/* All fixes, one after the other (ui/fix_all.c). */
struct ui_walk {
    enum walk_phase {
        WALK_OFF,
        WALK_PLANS, /* waits for what the fix would change */
        WALK_ASKS,  /* the question is open */
        WALK_FIXES, /* waits for the end of the fix */
        WALK_CHECKS /* waits for the end of the checks after it */
    } phase;
    uint64_t id;      /* of the command that is waited for */
    size_t at;        /* the check */
    char seen[20];    /* the fingerprint of the plan that the user sees */
    int64_t n_rounds; /* of checks that had ended before */
    enum walk_row { WALK_OPEN, WALK_FIXED, WALK_DECLINED, WALK_FAILED } rows[PT_CHECKS_MAX];
    char why[PT_CHECKS_MAX][200]; /* of each that failed */
};

/* A change of several topics (ui/ask_many.c). */
struct ui_many {
    enum many_phase {
        MANY_OFF,
        MANY_ASKS,  /* a question is open */
        MANY_PLANS, /* waits for what would be changed */
        MANY_DOES   /* waits for the results */
    } phase;
    enum pt_command_kind kind;
    char setting[PROMPT_MAX];
    int n;
    struct many_topic {
        char name[PT_TOPIC_MAX];
        uint64_t id;   /* of its command; 0: refused */
        char seen[20]; /* the fingerprint of its plan */
        char why[380]; /* it failed; "": it did not */
        bool is_out;   /* nothing would change */
        bool is_over;  /* its result was taken */
    } topics[LISTING_MARKS_MAX];
};

/* The saved contexts, and the one that is to be shown next (ui/context.c). */
struct ui_contexts {
    struct context_job *job; /* reads them; NULL: none does */
    struct pt_context *list; /* as they were read last */
    size_t n;
    pt_code code; /* whether it could be read, and else why not */
    struct pt_error err;
    char lines[PT_CONTEXTS_MAX][300]; /* of the menu that is open */
    bool is_list_wanted;              /* it is shown when it has been read */
    bool is_loading;                  /* the job also loads one, and asks about it then */
    char name[64];                    /* of the one that is loaded */
    struct pt_config *next;           /* it is loaded, and the question before it is open */
};

/* What is remembered of its looks (ui/view.c). */
struct ui_view {
    struct view_keeper *keeper; /* NULL: nothing is remembered */
    bool is_read;               /* what was remembered has been taken over */
    bool is_theme_given;        /* pintop.theme is set: it counts at the start */
    struct view now;
    char *last; /* the text that was read or written last */
};

/* A record by hand (ui/ask_produce.c). */
struct ui_draft {
    enum draft_phase {
        DRAFT_OFF,
        DRAFT_READS, /* waits for the record that is to be changed */
        DRAFT_PLANS, /* waits for what would be sent */
        DRAFT_SENDS  /* waits for the outcome */
    } phase;
    uint64_t id; /* of the command that is waited for */
    char topic[PT_TOPIC_MAX];
    char seen[20]; /* the fingerprint of the plan that the user sees */
    char *text;    /* what was typed and is not produced; NULL none */
    size_t len;
    bool is_new;  /* left as it is it means nothing */
    char *record; /* what is sent of it */
};

/* What the front end asks of the program around it. A function may be NULL: then the front end does
 * not offer it. */
struct ui_host {
    const struct pt_link *link; /* to the engine; closed until a cluster is chosen */
    void *arg;                  /* passed to the functions */
    const char *recording;      /* the one that is shown; NULL none */
    void (*quit)(void *arg);    /* the second call does not wait for the drain */
    void (*end)(void *arg);     /* ends another pintop's engine, and then this screen */
    void (*suspend)(void *arg); /* suspends the whole process */
    void (*redraw)(void *arg);
    void (*look)(void *arg, const struct looks *looks); /* draws in these colours from now on */
    /* Runs a command with the terminal, and comes back. Errors: it could not be started, or it
     * failed at once. */
    pt_code (*run)(void *arg, const char *command, struct pt_error *err);
    /* The user's editor on a text (malloc's), which is replaced. Errors as editor_run. */
    pt_code (*edit)(void *arg, char **text, size_t *len, struct pt_error *err);
    bool (*copy)(void *arg, const char *text);
    pt_code (*save)(void *arg, const char *name, char *path, size_t cap, struct pt_error *err);
    /* What saving would change in an existing file, as pt_config_save_plan. */
    pt_code (*save_plan)(void *arg, const char *name, char **plan, struct pt_error *err);
    /* The user chose a cluster: n settings, "key=value", over those in force. An engine that runs
     * is stopped first, and another one starts with them. */
    void (*connect)(void *arg, const char *const *settings, size_t n);
    /* What is shown next, in the place of what the next quit or end ends. Takes cfg over. */
    void (*context)(void *arg, struct pt_config *cfg);
    const struct pt_config *(*config)(void *arg);     /* the one in force */
    int64_t (*mono_ms)(void *arg);                    /* a clock that nobody sets */
    void (*region)(void *arg, char *out, size_t cap); /* AWS's, as configured; "" none */
};

enum { UI_DIALOGS = 4, UI_WATCHED = 16, UI_CHOICES_MAX = 8 };

struct context_job;
struct incident_job;
struct view_keeper;

struct ui {
    struct page_desk desk; /* what pages see; first, so that a desk can be cast to its ui */
    struct ui_host host;
    int rows, cols;
    bool is_frozen;
    bool is_replay; /* a recording is shown */
    bool is_mouse;  /* the terminal reports it (ui/mouse.c) */
    struct pt_replay_state replay;
    bool is_quitting;      /* the stop has been requested */
    bool has_asked_record; /* whether it is to be recorded (ui/ask_record.c) */
    int64_t stop_timeout_ms;
    const struct page_table *pages;
    void *states[PAGES_MAX]; /* the state of each page, by its row */
    size_t page;             /* the row of the page on screen */
    enum action next;        /* requested by the command line, done when its dialog is closed */
    int n_dialogs;
    struct dialog dialogs[UI_DIALOGS];
    char status[200];        /* shown instead of the footer until status_until_ms or the next key */
    int64_t status_until_ms; /* of ui_mono_ms */
    uint64_t watched[UI_WATCHED]; /* commands whose results are shown; 0: free */
    /* A change whose plan was requested: the user sees what would be sent before it is sent. */
    struct {
        uint64_t id; /* 0: none */
        enum pt_command_kind kind;
        char connector[256], setting[PROMPT_MAX]; /* connector: or the check, the topic */
        char seen[20]; /* the fingerprint of the plan that the user sees */
    } plan;
    struct ui_walk walk;
    struct ui_many many;
    struct ui_contexts contexts;
    struct ui_view view;
    struct ui_draft draft;
    struct incident_job *incident; /* that is being written; NULL none */
    char incident_path[80];
    struct ui_choice choices[UI_CHOICES_MAX]; /* of the menu that is open */
    /* A topic created here. It is selected as soon as it is listed, unless a key was pressed
     * first. */
    char made_topic[PT_TOPIC_MAX];
};

/* Begins with the pages of page_table. Errors PT_ENOMEM. */
pt_code ui_init(struct ui *ui, const struct ui_host *host, const struct looks *looks);
/* Begins with other pages; the caller keeps the table alive. Errors PT_ENOMEM. */
pt_code ui_init_pages(struct ui *ui, const struct ui_host *host, const struct looks *looks,
                      const struct page_table *pages);
/* A ui that is all zero (nothing was begun) is allowed. */
void ui_done(struct ui *ui);

/* Forgets what was asked of an engine that is gone: commands, plans, wishes, dialogs. */
void ui_forget(struct ui *ui);

/* Takes another size of the screen. */
void ui_size(struct ui *ui, int rows, int cols);
/* Whether something that was requested has no answer yet, so that new snapshots are taken soon. */
bool ui_is_waiting(const struct ui *ui);
/* Lays out the page on screen, because the snapshot, the size or what it shows has changed. */
void ui_recalc(struct ui *ui);

/* The rows of the whole screen: title, band (empty without one), body, footer. Pure. */
struct ui_frame {
    struct rect title, band, tabs, body, foot;
};
struct ui_frame ui_frame(int rows, int cols, bool has_band);
/* That of a screen of this size now: while the mouse is on, the names of the pages have a row. */
struct ui_frame ui_frame_now(const struct ui *ui, int rows, int cols);
/* Whether a band below the title says that this is a demo, a recording, or that the engine is gone.
 */
bool ui_has_band(const struct ui *ui);
/* A smaller screen shows only one text. */
enum { UI_ROWS_MIN = 10, UI_COLS_MIN = 40 };

/* The page on screen, its state, and the keys of its own; NULL: none. */
const struct page *ui_page(const struct ui *ui);
void *ui_page_state(const struct ui *ui);
const struct page_key *ui_page_keys(const struct ui *ui);
/* The list on it that the keys act on; NULL: none. */
struct listing *ui_listing(const struct ui *ui);
/* Shows a page. It is laid out when the key or the snapshot has been handled. */
void ui_show_page(struct ui *ui, size_t row);
/* Shows the page that has the details of topics: its list when topic is NULL, otherwise the details
 * of this topic. */
void ui_show_topic(struct ui *ui, const char *topic);
/* What is selected on the page on screen: the stream, or -1; the topic, or NULL; the connector (the
 * worst one when none is selected), or NULL. */
int ui_selected_stream(const struct ui *ui);
const char *ui_selected_topic(const struct ui *ui);
const struct pt_connector *ui_selected_connector(const struct ui *ui);
const char *ui_selected_check(const struct ui *ui); /* of the setup, or NULL */

/* What patience is measured with: the host's clock (else the time of what is shown), since a
 * recording may stand still, or run 300 times as fast. */
int64_t ui_mono_ms(const struct ui *ui);
/* Shows one line at the foot of the screen for some seconds. */
void ui_say(struct ui *ui, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Shows an error with its fix over the page. */
void ui_fail(struct ui *ui, const char *title, const struct pt_error *err);

/* Puts a dialog on the stack. title and text are copied, and the owner is the ui. In a context with
 * a red band the text of a question begins with its name. Returns the dialog, so that the caller
 * can fill in the rest; NULL: there are too many. */
struct dialog *ui_ask(struct ui *ui, enum dialog_kind kind, const char *title, const char *text,
                      dialog_done_fn done);

/* Submits a command. When it is refused at once, err says why, or the screen when err is NULL.
 * is_told: its result is shown when it arrives (text, or error and fix). Returns the id; 0:
 * refused. */
uint64_t ui_submit(struct ui *ui, const struct pt_command *cmd, bool is_told, struct pt_error *err);
/* The result of a command in the snapshot on screen; NULL: not there. */
const struct pt_result *ui_result(const struct ui *ui, uint64_t id);

#endif
