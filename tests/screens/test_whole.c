/* Texts that are longer than their line: folded on the screen, whole behind Enter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>

#include "fixture.h"
#include "term/key.h"
#include "ui/dispatch.h"
#include "ui/frame.h"

enum { ROWS = 24, COLS = 80, LONG = 2400 };

static struct fixture fixture;
static struct ui ui;
static char copied[32768];

/* A denial as AWS words it: what decides stands at its end. */
static char denial[LONG + 300];

static bool take_copy(void *arg, const char *text)
{
    (void)arg;
    snprintf(copied, sizeof copied, "%s", text);
    return true;
}

static int setup(void **state)
{
    static const char begin
        [] = "S3 denies the connector's role",
   end[] =
        "is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::a-bucket/topics with "
        "an explicit deny in a service control policy (request id 7QZ4M0T5R2XW1K9B)";
    const struct ui_host host = {.copy = take_copy};
    const struct looks looks = {false, false};
    (void)state;
    size_t len = (size_t)snprintf(denial, sizeof denial, "%s", begin);
    while (len < LONG)
        len += (size_t)snprintf(denial + len, sizeof denial - len, "%s",
                                " assumed-role/0a1b2c3d4e5f-ec2-access-role");
    snprintf(denial + len, sizeof denial - len, " %s", end);
    fixture_trouble(&fixture);
    struct pt_connector *sink = &fixture.sinks[0];
    sink->is_ours = true;
    sink->can = PT_CONN_CAN_RESTART;
    snprintf(sink->cause, sizeof sink->cause, "%s", denial);
    sink->evidence[0].says = denial;
    fixture.session.verdict = sink->verdict;
    fixture.session.verdict_hop = PT_HOP_SINK;
    snprintf(fixture.session.verdict_text, sizeof fixture.session.verdict_text, "at the sink: %s",
             denial);
    fixture_event(&fixture, 1000, PT_ERROR, "sink", denial);
    if (ui_init(&ui, &host, &looks) != PT_OK)
        return -1;
    ui_size(&ui, ROWS, COLS);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    ui_done(&ui);
    return 0;
}

static void press(const char *keys)
{
    for (; *keys != '\0'; keys++)
        ui_key(&ui, *keys == '\n' ? KEY_ENTER_ : *keys == '\t' ? KEY_TAB_ : *keys);
}

static bool is_shown(const char *text)
{
    struct canvas *canvas = canvas_new(ROWS, COLS, false);
    assert_non_null(canvas);
    ui_draw(&ui, canvas);
    char *screen = canvas_dump(canvas, false);
    bool is_there = strstr(screen, text) != NULL;
    canvas_free(canvas);
    free(screen);
    return is_there;
}

/* The end of it comes on the screen, in pages, and `y` has all of it. */
static void is_read_whole(const char *what)
{
    if (!is_shown("S3 denies"))
        fail_msg("%s: the text does not begin on the screen", what);
    for (int i = 0; i < 8 && !is_shown("7QZ4M0T5R2XW1K9B"); i++)
        ui_key(&ui, KEY_PGDN_);
    if (!is_shown("7QZ4M0T5R2XW1K9B"))
        fail_msg("%s: the end is never shown", what);
    press("y");
    if (strstr(copied, denial) == NULL)
        fail_msg("%s: the copy is \"%s\"", what, copied);
}

static void the_verdict_opens_with_why_and_what_next(void **state)
{
    (void)state;
    assert_false(is_shown("7QZ4M0T5R2XW1K9B"));
    assert_true(is_shown("Tab verdict")); /* also beside what a connector offers */
    assert_true(is_shown("c actions"));
    press("\t");
    assert_true(is_shown("Tab events"));
    assert_true(is_shown("Enter in full"));
    assert_true(is_shown(">FAILED at the sink since "));
    press("\n");
    is_read_whole("the verdict");
    assert_non_null(strstr(copied, "FAILED at the sink since "));
    assert_non_null(strstr(copied, "Next: allow the role s3:PutObject, then restart"));
    assert_non_null(strstr(copied, fixture.sinks[0].name));
}

static void what_no_sink_is_guilty_of_opens_too(void **state)
{
    (void)state;
    fixture.session.verdict_hop = PT_HOP_LOGIN;
    snprintf(fixture.session.verdict_text, sizeof fixture.session.verdict_text, "at the login: %s",
             denial);
    snprintf(fixture.session.verdict_detail, sizeof fixture.session.verdict_detail,
             "Ask for the right kafka-cluster:Connect");
    press("\t\n");
    is_read_whole("the verdict");
    assert_non_null(strstr(copied, "kafka-cluster:Connect"));
    press("\x1b");
}

static void an_event_opens(void **state)
{
    (void)state;
    press("\t\t\n");
    is_read_whole("the event");
}

static void a_log_line_opens(void **state)
{
    (void)state;
    press("6\n");
    is_read_whole("the log line");
}

static void a_witness_opens(void **state)
{
    (void)state;
    press("3\n");
    for (int i = 0; i < 20 && !is_shown(">! tasks"); i++)
        press("j");
    press("\n");
    is_read_whole("the witness");
}

static void a_login_opens(void **state)
{
    (void)state;
    struct pt_auth *auth = &fixture.auth.auth;
    auth->state = PT_AUTH_FAILED;
    snprintf(auth->last_error, sizeof auth->last_error, "%s", denial);
    snprintf(auth->last_fix, sizeof auth->last_fix, "Allow it");
    press("4");
    assert_true(is_shown("Enter in full"));
    press("\n");
    is_read_whole("the login");
    assert_non_null(strstr(copied, "Next: Allow it"));
}

static void a_back_end_that_refuses_opens(void **state)
{
    (void)state;
    fixture.connectors.n_connectors = 0;
    snprintf(fixture.connectors.error, sizeof fixture.connectors.error, "%s", denial);
    ui_snapshot(&ui, &fixture.snap, FIXTURE_NOW_MS);
    press("3");
    assert_true(is_shown("… Enter opens all of it"));
    press("\n");
    is_read_whole("the back end's refusal");
}

static void the_copy_of_a_page_is_whole(void **state)
{
    (void)state;
    press("y");
    assert_non_null(strstr(copied, denial));
    ui_key(&ui, KEY_ESC_);
    press("3y");
    const char *cause = strstr(copied, denial);
    assert_non_null(cause);
    assert_non_null(strstr(cause + 1, denial)); /* the witness, too */
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
#define WHOLE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        WHOLE_TEST(the_verdict_opens_with_why_and_what_next),
        WHOLE_TEST(what_no_sink_is_guilty_of_opens_too),
        WHOLE_TEST(an_event_opens),
        WHOLE_TEST(a_log_line_opens),
        WHOLE_TEST(a_witness_opens),
        WHOLE_TEST(a_login_opens),
        WHOLE_TEST(a_back_end_that_refuses_opens),
        WHOLE_TEST(the_copy_of_a_page_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
