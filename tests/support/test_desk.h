/* A desk of a test's own: the parts of the engine work on it as on the engine's, with a clock that
 * only the test moves, and neither threads nor files. */
#ifndef SUPPORT_TEST_DESK_H
#define SUPPORT_TEST_DESK_H

#include "desk/desk.h"
#include "desk/part.h"

struct test_desk {
    struct desk desk;
    struct pt_config *cfg;
    struct settings set;
    struct pt_run run;
    struct owner owner;
    struct pt_snapshot now; /* the sections in force; test_desk_put releases them */
    struct events events;
    struct inbox inbox;
};

/* What most tests need: a server, and a UserID that makes the topics demo.pin, demo.geo, demo.user.
 */
extern const char *const test_desk_usual[];
/* settings: "key=value", NULL at the end; NULL none. The clock begins at 2026-01-01T00:00:00Z. A
 * desk must not move: its parts point to it. It fails the test when something is wrong. */
void test_desk_init(struct test_desk *td, const char *const *settings);
/* Releases the sections in force, and what is in the inbox. */
void test_desk_done(struct test_desk *td);

/* The one clock of all test desks. */
int64_t test_desk_ms(void);
void test_desk_wait_ms(int64_t ms);

/* A section of a part takes its place in *slot, a member of td->now. NULL: the old one stays. */
void test_desk_put(struct test_desk *td, const void **slot, const void *section);
/* The part takes the fact, which is freed then. */
bool test_desk_take(const struct part *part, void *self, struct fact *fact);

/* The text of the newest event; "" none. */
const char *test_desk_event(const struct test_desk *td);
uint64_t test_desk_events(const struct test_desk *td);
/* The oldest fact in the inbox, the caller's to free; NULL none. */
struct fact *test_desk_fact(struct test_desk *td);

#endif
