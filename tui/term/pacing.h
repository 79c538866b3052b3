/* When the screen is drawn next: as often as it is wanted, but never faster than the terminal takes
 * it, and seldom while nobody looks. A key is always answered first. Pure. */
#ifndef TERM_PACING_H
#define TERM_PACING_H

#include <stdbool.h>
#include <stdint.h>

enum {
    PACING_AWAY_MS = 5000,   /* between two updates while nobody looks */
    PACING_IDLE_MS = 600000, /* without a key for so long, nobody looks */
    PACING_SLOW_MS = 500,    /* a link that needs longer for one frame is slow */
    PACING_MOST_MS = 10000,  /* between two updates on the slowest link */
    PACING_KEY_MS = 150,     /* between two frames for keys while a frame is on its way */
    PACING_ANSWER_MS = 3000  /* after which an answer is not waited for any more */
};

/* Times are monotonic milliseconds. PT_UNKNOWN: it has not happened, or is not known. */
struct pacing_facts {
    int64_t now_ms;
    int64_t updated_ms;                /* when data was drawn last */
    int64_t framed_ms;                 /* when a frame was sent last, for data or for a key */
    int64_t wanted_ms;                 /* between two updates on a good link */
    int64_t pending_ms;                /* since when bytes wait that the terminal has not taken */
    int64_t write_ms;                  /* how long the last frame waited so */
    int64_t asked_ms;                  /* when a request was sent that has no answer yet */
    int64_t round_trip_ms;             /* of the last request that was answered */
    int64_t key_ms;                    /* the last key */
    int64_t focus_in_ms, focus_out_ms; /* the last report of the focus of each kind */
    bool is_urgent;                    /* pintop ends: it does not matter whether somebody looks */
};

enum pacing_why { PACING_FULL, PACING_ANSWER, PACING_WRITE, PACING_UNFOCUSED, PACING_IDLE };

struct pacing {
    int64_t every_ms; /* between two updates */
    enum pacing_why why;
    int64_t why_ms; /* what the terminal takes, for PACING_ANSWER and PACING_WRITE */
    /* How long until new data may be drawn, and until a key may be answered. -1: not before the
     * terminal has taken the frame that it is being sent. */
    int64_t update_left_ms, key_left_ms;
};

struct pacing pacing_next(const struct pacing_facts *facts);

/* Whether somebody looks at the screen, as far as is known. */
enum pacing_why pacing_away(const struct pacing_facts *facts);

#endif
