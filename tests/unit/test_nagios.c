/* `status --nagios`: one line in the format of Nagios plugins, and its exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "../screens/fixture.h"
#include "cli/nagios.h"

static struct fixture fixture;
static char line[4096];

static enum nagios_status told(void)
{
    return nagios_line(&fixture.snap, line, sizeof line);
}

static int nagios_open(void **state)
{
    (void)state;
    fixture_flowing(&fixture);
    fixture.session.verdict = PT_V_OK;
    fixture.session.verdict_text[0] = '\0';
    fixture.session.verdict_detail[0] = '\0';
    return 0;
}

/* Every verdict has its status; the words are those of the man page. */
static void test_status_of_each_verdict(void **state)
{
    static const enum nagios_status expected[] = {
        [PT_V_UNKNOWN] = NAGIOS_UNKNOWN,  [PT_V_OK] = NAGIOS_OK,
        [PT_V_IDLE] = NAGIOS_OK,          [PT_V_TRANSITION] = NAGIOS_WARNING,
        [PT_V_PAUSED] = NAGIOS_WARNING,   [PT_V_DEGRADED] = NAGIOS_WARNING,
        [PT_V_STALLED] = NAGIOS_CRITICAL, [PT_V_FAILED] = NAGIOS_CRITICAL,
    };
    static const char *const words[] = {"OK - ", "WARNING - ", "CRITICAL - ", "UNKNOWN - "};
    (void)state;
    for (unsigned v = 0; v < sizeof expected / sizeof *expected; v++) {
        fixture.session.verdict = (enum pt_verdict)v;
        assert_int_equal(told(), expected[v]);
        assert_memory_equal(line, words[expected[v]], strlen(words[expected[v]]));
    }
    /* A verdict that a newer engine may have is none that is well. */
    assert_int_equal(nagios_status_of((enum pt_verdict)99), NAGIOS_UNKNOWN);
}

static void test_the_line(void **state)
{
    (void)state;
    fixture.session.verdict = PT_V_FAILED;
    snprintf(fixture.session.verdict_text, sizeof fixture.session.verdict_text,
             "at the sink: a|b\nc");
    snprintf(fixture.session.verdict_detail, sizeof fixture.session.verdict_detail, "Do this");
    told();
    assert_non_null(
        strstr(line, "CRITICAL - FAILED: at the sink: a/b c. Do this | pin_delivered="));
    assert_null(strchr(line, '\n'));
    assert_ptr_equal(strchr(line, '|'), strrchr(line, '|'));
}

/* 'label'=value[UOM];[warn];[crit];[min];[max], separated by blanks. */
static void test_figures_have_the_format(void **state)
{
    regex_t regex;
    (void)state;
    assert_int_equal(regcomp(&regex, "^( [a-z_]+=(U|[0-9]+(c|s|ms)?(;[0-9]*){0,4}))+$",
                             REG_EXTENDED | REG_NOSUB),
                     0);
    told();
    const char *figures = strchr(line, '|') + 1;
    if (regexec(&regex, figures, 0, NULL, 0) != 0)
        fail_msg("figures: %s", figures);
    regfree(&regex);
}

static void test_unknown_is_u(void **state)
{
    (void)state;
    told();
    assert_non_null(strstr(line, " pin_in_flight=2;;;0 "));
    assert_non_null(strstr(line, " lag=")); /* a known one */
    assert_null(strstr(line, " lag=U"));
    fixture.streams.streams[PT_PIN].state = PT_STREAM_ELSEWHERE;
    fixture.sinks[0].lag_total = PT_UNKNOWN;
    told();
    assert_non_null(strstr(line, " pin_delivered=U pin_failed=U pin_in_flight=U pin_oldest=U "));
    assert_non_null(strstr(line, " lag=U"));
    fixture.connectors.n_connectors = 0;
    told();
    assert_non_null(strstr(line, " lag=U"));
}

static void test_login(void **state)
{
    (void)state;
    fixture.auth.auth.state = PT_AUTH_NOT_NEEDED;
    told();
    assert_null(strstr(line, "token"));
    fixture.auth.auth.state = PT_AUTH_OK;
    fixture.auth.auth.token_expires_ms = fixture.snap.time_ms + 61500;
    fixture.auth.auth.keys_end_ms = fixture.snap.time_ms - 5;
    told();
    assert_non_null(strstr(line, " token=61s;;;0 credentials=0s;;;0"));
    fixture.auth.auth.keys_end_ms = PT_UNKNOWN;
    told();
    assert_non_null(strstr(line, " credentials=U"));
}

/* A line that is too long is cut, and stays one. */
static void test_a_short_buffer(void **state)
{
    char small[40];
    (void)state;
    memset(fixture.session.verdict_text, 'x', 200);
    fixture.session.verdict_text[200] = '\0';
    nagios_line(&fixture.snap, small, sizeof small);
    assert_int_equal(strlen(small), sizeof small - 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, nagios_open)
    const struct CMUnitTest tests[] = {
        TEST(test_status_of_each_verdict), TEST(test_the_line), TEST(test_figures_have_the_format),
        TEST(test_unknown_is_u),           TEST(test_login),    TEST(test_a_short_buffer),
    };
    return cmocka_run_group_tests_name("nagios", tests, NULL, NULL);
}
