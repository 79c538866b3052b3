/* Kafka's rule and the cluster's rule for names, checked before anything is sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kafka/topic_name.h"

static void accepts(const char *name, const char *prefix)
{
    struct pt_error err = {0};
    if (topic_name_check(name, prefix, &err) != PT_OK) {
        fail_msg("%s refused: %s", name, err.what);
    }
}

static struct pt_error refuses(const char *name, const char *prefix)
{
    struct pt_error err = {0};
    assert_int_equal(topic_name_check(name, prefix, &err), PT_ENAME);
    assert_int_equal(err.code, PT_ENAME);
    assert_true(err.what[0] && err.fix[0]);
    return err;
}

static void test_kafka_names(void **state)
{
    (void)state;
    char longest[250];
    memset(longest, 'a', 249);
    longest[249] = 0;
    accepts("demo.pin", "");
    accepts("a", NULL);
    accepts("A-Z_0.9", "");
    accepts("...", "");
    accepts(longest, "");
}

static void test_refused_names(void **state)
{
    (void)state;
    char too_long[251];
    memset(too_long, 'a', 250);
    too_long[250] = 0;
    refuses("", "");
    refuses(".", "");
    refuses("..", "");
    refuses("a b", "");
    refuses("a/b", "");
    refuses("\xc3\xa4", "");
    struct pt_error err = refuses(too_long, "");
    assert_non_null(strstr(err.what, "249"));
}

static void test_control_bytes_never_reach_the_error(void **state)
{
    (void)state;
    struct pt_error err = refuses("a\x1b[2Jb\n", "");
    for (const char *p = err.what; *p; p++) {
        assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
    }
}

static void test_prefix(void **state)
{
    (void)state;
    accepts("0a1b.pin", "0a1b.");
    struct pt_error err = refuses("other.pin", "0a1b.");
    assert_non_null(strstr(err.what, "0a1b."));
    assert_non_null(strstr(err.fix, "pintop.topics.prefix"));
    refuses("0a1b.", "0a1b.");
    refuses("0a1b", "0a1b.");
    refuses("x0a1b.pin", "0a1b.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kafka_names),
        cmocka_unit_test(test_refused_names),
        cmocka_unit_test(test_control_bytes_never_reach_the_error),
        cmocka_unit_test(test_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
